using DeltaStream.Actors.Market;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Settings;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// Finds out whether Redis accepted the login of a new connection, before the connection is used. The client library does not
/// check: it goes on as Redis's <c>default</c> user if that user needs no password.
/// </summary>
/// <param name="problems">Shows a refused login in <c>/health</c>.</param>
/// <param name="logger">Gets one line when logins begin to fail, and one when they work again.</param>
internal sealed class RedisLoginCheck(NodeProblems problems, ILogger<RedisLoginCheck> logger)
{
    /// <summary>Asks every server of a link who the node is.</summary>
    /// <exception cref="FeedUnavailableException">A server refused the login.</exception>
    public async Task CheckAsync(RedisLink link, RedisUrl url, TimeSpan timeout, CancellationToken stop)
    {
        if (url.HasLogin)
        {
            foreach (var server in link.Servers)
                if (await RefusalAsync(server, url).WaitAsync(timeout, stop) is { } refusal) throw Refused(url, refusal);
        }

        if (problems.End(Problem.RedisLoginRefused)) logger.RedisLoginAccepted(url.ToString());
    }

    /// <summary>Says that a server refused the login; returns the exception for it.</summary>
    /// <param name="url">The address.</param>
    /// <param name="text">Redis's text.</param>
    public FeedUnavailableException Refused(RedisUrl url, string text)
    {
        // The server at this address may be any program, and may repeat the credentials.
        var repeats = url.Password is { } password && text.Contains(password, StringComparison.OrdinalIgnoreCase);
        var reason = repeats ? "Redis refused the login with an answer that is not one of Redis's" : "Redis refused the login: " + text;
        if (problems.Raise(Problem.RedisLoginRefused, reason)) logger.RedisLoginRefused(url.ToString(), reason);
        return new FeedUnavailableException(reason);
    }

    /// <summary>Returns Redis's reason for refusing the login; null if the connection has the user's rights.</summary>
    private static async Task<string?> RefusalAsync(IServer server, RedisUrl url)
    {
        if (url.User is { } user && await NameAsync(server) == user) return null;
        // The name does not tell whether the default user's password is right, and some servers do not tell the name. A second login
        // on the same connection tells both, with the reason.
        try
        {
            object[] login = url.User is null ? [url.Password ?? ""] : [url.User, url.Password ?? ""];
            await server.ExecuteAsync("AUTH", login);
            return null;
        }
        catch (RedisServerException refusal)
        {
            return refusal.Message;
        }
    }

    private static async Task<string?> NameAsync(IServer server)
    {
        try
        {
            return (await server.ExecuteAsync("ACL", "WHOAMI")).ToString();
        }
        catch (RedisServerException)
        {
            // The server does not know the command, or the user may not run it.
            return null;
        }
    }
}
