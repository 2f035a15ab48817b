using System.Security.Claims;
using System.Text.Json;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Settings;

namespace DeltaStream.Node.Operators;

/// <summary>Asks for another log level.</summary>
/// <param name="Level"><c>debug</c>, <c>information</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Minutes">For how long, 1 to 1440; 10 if absent. Then the level of the settings is back.</param>
/// <param name="DryRun">Whether the node only answers what it would do.</param>
internal sealed record LogLevelRequest(string? Level, int? Minutes, bool DryRun);

/// <summary>What was done, or would be.</summary>
/// <param name="Node">The node.</param>
/// <param name="Before">The level before.</param>
/// <param name="Level">The level that was asked for.</param>
/// <param name="Minutes">For how long.</param>
/// <param name="Done">False for a dry run.</param>
internal sealed record LogLevelAnswer(string Node, string Before, string Level, int Minutes, bool Done);

/// <summary>The level of the node's log now.</summary>
/// <param name="Node">The node.</param>
/// <param name="Level">The level.</param>
internal sealed record LogLevelNow(string Node, string Level);

/// <summary>Shows and changes the log level of the node that is asked.</summary>
internal sealed class LogLevelEndpoint(NodeSettings settings, LogLevelSwitch level, ILogger<LogLevelEndpoint> logger)
{
    /// <summary>The most bytes of a request.</summary>
    public const int LongestRequest = 4096;

    private const int DefaultMinutes = 10;
    private const int LongestMinutes = 1440;

    private static readonly LogLevel[] Levels = [LogLevel.Debug, LogLevel.Information, LogLevel.Warning, LogLevel.Error];

    private string Node => settings.Cluster.Self.ToString();

    public IResult Show() => OperatorAnswer.Of(new LogLevelNow(Node, Name(level.Level)));

    public async Task<IResult> SetAsync(HttpContext context)
    {
        var http = context.Request;
        if (!http.HasJsonContentType()) return OperatorAnswer.Refuse(StatusCodes.Status415UnsupportedMediaType, "content_type", "Send application/json");
        LogLevelRequest? asked;
        try
        {
            asked = await http.ReadFromJsonAsync<LogLevelRequest>(OperatorAnswer.Strict, context.RequestAborted);
        }
        catch (JsonException)
        {
            asked = null;
        }

        if (asked is null) return Wrong("Send an object with level, and minutes and dry_run if you like");
        var chosen = Array.FindIndex(Levels, each => Name(each) == asked.Level);
        if (chosen < 0) return Wrong($"level is one of {string.Join(", ", Levels.Select(Name))}");
        var minutes = asked.Minutes ?? DefaultMinutes;
        if (minutes is < 1 or > LongestMinutes) return Wrong($"minutes is a whole number from 1 to {LongestMinutes}");

        var answer = new LogLevelAnswer(Node, Name(level.Level), asked.Level!, minutes, !asked.DryRun);
        if (asked.DryRun) return OperatorAnswer.Of(answer);
        level.Set(Levels[chosen], TimeSpan.FromMinutes(minutes));
        var name = context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "anonymous";
        logger.OperatorActed(name, $"{context.Connection.RemoteIpAddress}", "log_level", $"{answer.Before} to {answer.Level} for {minutes} minutes");
        return OperatorAnswer.Of(answer);
    }

    private static IResult Wrong(string message) => OperatorAnswer.Refuse(StatusCodes.Status400BadRequest, "invalid_request", message);

    private static string Name(LogLevel level) => level.ToString().ToLowerInvariant();
}
