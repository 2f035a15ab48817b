using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using DeltaStream.Node.Operators;

namespace DeltaStream.Node.Commands;

/// <summary><c>log-level</c>: shows or changes the log level of a node.</summary>
internal static class LogLevelCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly Option<Uri?> Url = NodeLink.UrlOption();
    private static readonly Argument<string?> Level = new("level") { Description = "debug, information, warning or error; without it the level is shown", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<int> Minutes = new("--minutes") { Description = "For how long; then the level of the settings is back", DefaultValueFactory = _ => 10 };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only say what would be done" };

    public static Command Create()
    {
        var command = new Command("log-level",
            $"""
            Shows or changes the log level of a running node. A node with tokens wants one with the role operator in {TokenCommand.Variable}.

            Examples:
              dotnet DeltaStream.Node.dll log-level
              dotnet DeltaStream.Node.dll log-level debug --minutes 5 --url http://node1:9100
            """)
        { Level, Minutes, DryRun, Url };
        command.Does(async (parsed, stop) =>
        {
            var node = parsed.GetValue(Url) ?? NodeLink.Own(forOperators: true);
            try
            {
                using var http = NodeLink.ClientFor(node, Patience);
                if (Environment.GetEnvironmentVariable(TokenCommand.Variable)?.Trim() is { Length: > 0 } token)
                    http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
                var url = NodeLink.Under(node, "api/ops/log-level");
                return parsed.GetValue(Level) is { } level
                    ? await AnswerAsync<LogLevelAnswer>(parsed, await http.PostAsJsonAsync(url, new LogLevelRequest(level, parsed.GetValue(Minutes), parsed.GetValue(DryRun)), OperatorAnswer.Json, stop), Describe)
                    : await AnswerAsync<LogLevelNow>(parsed, await http.GetAsync(url, stop), now => $"{now.Node}: {now.Level}");
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException)
            {
                stop.ThrowIfCancellationRequested();
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"{node} does not answer as a node: {e.Message}");
                return NodeCommands.Failed;
            }
        });
        return command;
    }

    private static string Describe(LogLevelAnswer answer) =>
        $"{answer.Node}: {(answer.Done ? "logs" : "would log")} from {answer.Level} on for {answer.Minutes} minutes (before: {answer.Before})";

    private static async Task<int> AnswerAsync<T>(ParseResult parsed, HttpResponseMessage response, Func<T, string> text)
    {
        using (response)
        {
            if (response.IsSuccessStatusCode)
            {
                await NodeCommands.PrintAsync(parsed, (await response.Content.ReadFromJsonAsync<T>(OperatorAnswer.Json))!, text);
                return 0;
            }

            await parsed.InvocationConfiguration.Error.WriteLineAsync($"the node refused with {(int)response.StatusCode}: {await ReasonAsync(response)}");
            return NodeCommands.Failed;
        }
    }

    private static async Task<string> ReasonAsync(HttpResponseMessage response) => (int)response.StatusCode switch
    {
        401 => $"it wants a token with the role operator in {TokenCommand.Variable}",
        403 when response.Content.Headers.ContentType is null => "the token does not have the role operator",
        404 => "it has no API for operators: in production that needs AUTH_MODE=jwt, or OPERATOR_PORT, and then that port",
        _ => (await response.Content.ReadFromJsonAsync<OperatorError>(OperatorAnswer.Json))?.Message ?? "",
    };
}
