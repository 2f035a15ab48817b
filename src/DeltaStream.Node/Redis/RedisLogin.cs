using System.Globalization;
using System.Security.Authentication;
using System.Text;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Settings;

namespace DeltaStream.Node.Redis;

/// <summary>Logs in at Redis, and records whether Redis refused the last login. A connection without a login is not used.</summary>
/// <param name="problems">Shows a refused login in <c>/health</c>.</param>
/// <param name="logger">Gets one line when logins begin to fail, and one when they work again.</param>
internal sealed class RedisLogin(NodeProblems problems, ILogger<RedisLogin> logger)
{
    // Redis answers a login with one short line.
    private const int LongestAnswer = 512;

    /// <summary>Logs in on a new connection, before the client library uses it.</summary>
    /// <exception cref="RedisLoginException">Redis refused the login.</exception>
    internal async Task LogInAsync(Stream stream, RedisUrl url, CancellationToken cancellation)
    {
        await stream.WriteAsync(Command(url), cancellation);
        var answer = await ReadLineAsync(stream, cancellation);
        if (answer != "+OK")
        {
            var refusal = new RedisLoginException(Reason(answer, url));
            if (problems.Raise(Problem.RedisLoginRefused, refusal.Message)) logger.RedisLoginRefused(url.ToString(), refusal.Message);
            throw refusal;
        }

        if (problems.End(Problem.RedisLoginRefused)) logger.RedisLoginAccepted(url.ToString());
    }

    private static byte[] Command(RedisUrl url)
    {
        // A password without a user is the default user's; a Redis without users accepts this form too.
        string[] words = url.User is null ? ["AUTH", url.Password ?? ""] : ["AUTH", url.User, url.Password ?? ""];
        var command = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
        foreach (var word in words) command.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        return Encoding.UTF8.GetBytes(command.ToString());
    }

    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken cancellation)
    {
        // No bytes follow the answer, because no other command has been sent.
        var line = new byte[LongestAnswer];
        var length = 0;
        while (length < line.Length)
        {
            var read = await stream.ReadAsync(line.AsMemory(length), cancellation);
            if (read == 0) throw new EndOfStreamException("Redis closed the connection during the login");
            length += read;
            if (line[length - 1] == '\n') break;
        }

        return Encoding.ASCII.GetString(line, 0, length).TrimEnd('\r', '\n');
    }

    /// <summary>Redis's own text, unless it repeats the credentials: the server at this address may be any program.</summary>
    private static string Reason(string answer, RedisUrl url)
    {
        var isError = answer.StartsWith('-') && !answer.Contains('\n');
        var repeats = url.Password is { } password && answer.Contains(password, StringComparison.OrdinalIgnoreCase);
        return isError && !repeats ? "Redis refused the login: " + answer[1..] : "Redis refused the login with an answer that is none of Redis's";
    }
}

/// <summary>Redis refused the node's login.</summary>
/// <param name="message">The reason, in one line without a secret.</param>
internal sealed class RedisLoginException(string message) : AuthenticationException(message);
