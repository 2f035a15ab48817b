using System.Diagnostics;

namespace DeltaStream.TestSupport;

/// <summary>What a command came to.</summary>
/// <param name="ExitCode">0: it went well.</param>
public sealed record CommandResult(int ExitCode, string Output);

/// <summary>Runs a command to its end.</summary>
public static class Command
{
    /// <summary>Runs it in this folder; kills it, and all that it started, when it takes too long.</summary>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public static async Task<CommandResult> RunAsync(
        string folder, TimeSpan within, IEnumerable<(string Name, string? Value)> variables, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var timeout = new CancellationTokenSource(within);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"not within {within.TotalSeconds} s: {string.Join(' ', command)}");
        }
        return new CommandResult(process.ExitCode, await output + await errors);
    }
}
