using System.CommandLine;

namespace DeltaStream.Node.Commands;

/// <summary>The answer of a node to a question for its health.</summary>
/// <param name="Healthy">Whether it answered 200.</param>
/// <param name="Url">The address that was asked.</param>
/// <param name="Text">The node's answer, or why there is none.</param>
internal sealed record HealthAnswer(bool Healthy, string Url, string Text);

/// <summary><c>health</c>: asks a node for its health, for checks of containers.</summary>
internal static class HealthCommand
{
    private static readonly Option<bool> Ready = new("--ready") { Description = "Ask whether the node takes clients, not only whether it lives" };
    private static readonly Option<Uri?> Url = NodeLink.UrlOption();
    private static readonly Option<int> Timeout = new("--timeout") { Description = "Seconds to wait for the answer", DefaultValueFactory = _ => 3 };

    public static Command Create()
    {
        var command = new Command("health",
            """
            Asks the node of this container, by /health/live or /health/ready. The exit code is 0 if it answers 200, otherwise 1.

            Examples:
              dotnet DeltaStream.Node.dll health
              dotnet DeltaStream.Node.dll health --ready --url http://node1:8002
            """)
        { Ready, Url, Timeout };
        Timeout.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var seconds) || seconds is < 1 or > 300)) result.AddError("--timeout is a number of seconds from 1 to 300");
        });
        command.Does(async (parsed, stop) =>
        {
            var node = parsed.GetValue(Url) ?? NodeLink.Own(forOperators: false);
            var answer = await AskAsync(node, parsed.GetValue(Ready) ? "health/ready" : "health/live", TimeSpan.FromSeconds(parsed.GetValue(Timeout)), stop);
            await NodeCommands.PrintAsync(parsed, answer, found => found.Text);
            return answer.Healthy ? 0 : NodeCommands.Failed;
        });
        return command;
    }

    private static async Task<HealthAnswer> AskAsync(Uri node, string path, TimeSpan timeout, CancellationToken stop)
    {
        var url = NodeLink.Under(node, path);
        using var http = NodeLink.ClientFor(node, timeout);
        try
        {
            using var response = await http.GetAsync(url, stop);
            return new(response.IsSuccessStatusCode, url.AbsoluteUri, await response.Content.ReadAsStringAsync(stop));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            stop.ThrowIfCancellationRequested();
            return new(false, url.AbsoluteUri, e is TaskCanceledException ? $"{url} did not answer within {timeout.TotalSeconds:0} s" : $"{url} does not answer: {e.Message}");
        }
    }
}
