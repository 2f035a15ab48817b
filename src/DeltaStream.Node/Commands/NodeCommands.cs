using System.CommandLine;
using System.Text.Json;
using DeltaStream.Node.Hosting;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Commands;

/// <summary>The program's own commands, beside the node that it runs without a command.</summary>
internal static class NodeCommands
{
    /// <summary>The exit code of a command whose answer is no: a check that failed, a node that is not healthy, a refused token.</summary>
    public const int Failed = 1;

    /// <summary>The exit code of wrong arguments.</summary>
    public const int WrongUse = 2;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Prints JSON in place of text.</summary>
    public static readonly Option<bool> AsJson = new("--json") { Description = "Print JSON", Recursive = true };

    /// <summary>The folder of the HOCON files.</summary>
    public static string HoconFolder => Path.Combine(AppContext.BaseDirectory, "hocon");

    /// <summary>
    /// Whether the arguments name a command, or ask for help. Arguments of the host (<c>--PORT=9000</c>, <c>PORT=9000</c>) run the
    /// node. A misspelt command is one too, so that it does not start a node.
    /// </summary>
    public static bool IsCommand(string[] args) =>
        args.Length > 0 && (args[0] is "--help" or "-h" or "-?" or "--version" || args[0].StartsWith('[') || (args[0][..1] is not ("-" or "/") && !args[0].Contains('=')));

    /// <summary>Runs a command; returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Root().Parse(args);
        if (parsed.Errors.Count == 0) return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync(error.Message);
        await Console.Error.WriteLineAsync("--help shows the commands and their options");
        return WrongUse;
    }

    /// <summary>All commands.</summary>
    internal static RootCommand Root() => new(
        """
        DeltaStream.Akka: a gateway for market data. Without a command it runs a node.

        Examples:
          dotnet DeltaStream.Node.dll
          dotnet DeltaStream.Node.dll check
          dotnet DeltaStream.Node.dll health --ready
          dotnet DeltaStream.Node.dll token mint --role operator --expires 12h
        """)
    {
        AsJson, CheckCommand.Create(), HealthCommand.Create(), TokenCommand.Create(), LogLevelCommand.Create(),
    };

    /// <summary>The configuration that a node started here would read, and whether it would run in development.</summary>
    public static (IConfigurationRoot Configuration, bool IsDevelopment) Configuration()
    {
        var builder = Startup.CreateBuilder([]);
        return (builder.Configuration, builder.Environment.IsDevelopment());
    }

    /// <summary>Prints the result of a command, as JSON if that was asked for.</summary>
    public static async Task PrintAsync<T>(ParseResult command, T result, Func<T, string> text)
    {
        var output = command.InvocationConfiguration.Output;
        await output.WriteLineAsync(command.GetValue(AsJson) ? JsonSerializer.Serialize(result, Json) : text(result));
    }

    /// <summary>Sets the action of a command. A wrong setting ends it with one line on standard error.</summary>
    public static void Does(this Command command, Func<ParseResult, CancellationToken, Task<int>> action) => command.SetAction(async (parsed, stop) =>
    {
        try
        {
            return await action(parsed, stop);
        }
        catch (SettingException wrong)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(wrong.Message);
            return WrongUse;
        }
    });
}
