using System.Text.Json;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Commands;

/// <summary>Runs a command of the program as a process of its own.</summary>
internal static class NodeCommand
{
    private static readonly string[] Foreign =
        ["ASPNETCORE_URLS", "DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT", "REDIS_URL", "PORT", "HOCON_FILE", "AUTH_MODE", "AUTH_JWT_SECRET", "MSBuildSDKsPath"];

    /// <summary>Runs it with these variables; those of the test host that are settings do not count.</summary>
    public static Task<CommandResult> RunAsync((string Name, string? Value)[] variables, params string[] arguments)
    {
        var dll = Repository.Built("src", "DeltaStream.Node");
        return Command.RunAsync(
            Path.GetDirectoryName(dll)!, TimeSpan.FromSeconds(60), [.. Foreign.Select(name => (name, (string?)null)), .. variables], ["dotnet", dll, .. arguments]);
    }

    /// <summary>Runs it with <c>--json</c>; returns the exit code and the document.</summary>
    public static async Task<(int ExitCode, JsonElement Answer)> AskAsync((string Name, string? Value)[] variables, params string[] arguments)
    {
        var result = await RunAsync(variables, [.. arguments, "--json"]);
        using var document = JsonDocument.Parse(result.Output);
        return (result.ExitCode, document.RootElement.Clone());
    }
}
