using System.Globalization;
using System.Security.Authentication;
using System.Text;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Settings;

namespace DeltaStream.Node.Redis;

/// <summary>The node's login at Redis, and whether the last one was refused: a connection without it is not used.</summary>
/// <param name="logger">Told once that logins are refused, and once that they no longer are.</param>
internal sealed class RedisLogin(ILogger<RedisLogin> logger)
{
    // Redis's answers to a login are one line, and short.
    private const int LongestAnswer = 512;

    private int _refused;

    /// <summary>Whether Redis refused the last login.</summary>
    public bool IsRefused => Volatile.Read(ref _refused) != 0;

    /// <summary>Logs in on a new connection, before anything else is said on it.</summary>
    /// <exception cref="RedisLoginException">Redis did not accept it.</exception>
    internal async Task LogInAsync(Stream stream, RedisUrl url, CancellationToken cancellation)
    {
        await stream.WriteAsync(Command(url), cancellation);
        var answer = await ReadLineAsync(stream, cancellation);
        if (answer != "+OK")
        {
            var refusal = new RedisLoginException(Reason(answer, url));
            if (Interlocked.Exchange(ref _refused, 1) == 0) logger.RedisLoginRefused(url.ToString(), refusal.Message);
            throw refusal;
        }

        if (Interlocked.Exchange(ref _refused, 0) != 0) logger.RedisLoginAccepted(url.ToString());
    }

    private static byte[] Command(RedisUrl url)
    {
        // A password alone is the default user's, also for a Redis that knows no users.
        string[] words = url.User is null ? ["AUTH", url.Password ?? ""] : ["AUTH", url.User, url.Password ?? ""];
        var command = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
        foreach (var word in words) command.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        return Encoding.UTF8.GetBytes(command.ToString());
    }

    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken cancellation)
    {
        // Nothing comes behind the answer, for nothing else has been asked.
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

    /// <summary>Redis's own words, unless they hold ours: what listens there may be anything.</summary>
    private static string Reason(string answer, RedisUrl url)
    {
        var isError = answer.StartsWith('-') && !answer.Contains('\n');
        var repeats = url.Password is { } password && answer.Contains(password, StringComparison.OrdinalIgnoreCase);
        return isError && !repeats ? "Redis refused the login: " + answer[1..] : "Redis refused the login with an answer that is none of Redis's";
    }
}

/// <summary>Redis did not accept the node's login.</summary>
/// <param name="message">Why, in one line without a secret.</param>
internal sealed class RedisLoginException(string message) : AuthenticationException(message);
