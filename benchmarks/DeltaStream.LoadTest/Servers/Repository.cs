using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DeltaStream.LoadTest.Servers;

/// <summary>The programs under test, published as they are deployed and compiled ahead of time.</summary>
internal static class Repository
{
    public static readonly string Root = Find();

    private static readonly HashSet<string> Published = [];

    /// <summary>The published program of a project. Publishes it if it is missing or a source is newer.</summary>
    public static string Program(string project)
    {
        var name = Path.GetFileName(project);
        var folder = Path.Combine(Root, "artifacts", "load-test", name);
        var program = Path.Combine(folder, name + ".dll");
        if (Published.Add(project) && (!File.Exists(program) || NewestSource(project) > File.GetLastWriteTimeUtc(program))) Publish(project, folder, program);
        return program;
    }

    /// <summary>Publishes and installs everything that the servers need, so that no measurement waits for it.</summary>
    public static Task PublishAll()
    {
        foreach (var project in new[] { "src/DeltaStream.Node", "benchmarks/SignalRGateway", "benchmarks/BareKestrel" }) Program(project);
        InstallPackages(Path.Combine(Root, "benchmarks/socketio"));
        return Task.CompletedTask;
    }

    /// <summary>Installs the npm packages of a folder from its lock file, if they are missing.</summary>
    public static void InstallPackages(string folder)
    {
        if (!Directory.Exists(Path.Combine(folder, "node_modules"))) Run("npm", "ci", "--prefix", folder, "--no-audit", "--no-fund", "--silent");
    }

    private static void Publish(string project, string folder, string program)
    {
        Console.WriteLine($"publishing {project}");
        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        Run("dotnet", "publish", Path.Combine(Root, project), "--configuration", "Release", "--runtime", "linux-" + architecture, "--no-self-contained",
            "-p:PublishReadyToRun=true", "--output", folder, "--nologo", "--verbosity", "quiet");
        File.SetLastWriteTimeUtc(program, DateTime.UtcNow);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed");
    }

    private static DateTime NewestSource(string project)
    {
        var folders = project.StartsWith("src", StringComparison.Ordinal) ? new[] { "src", "hocon" } : [project];
        return folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Max(File.GetLastWriteTimeUtc);
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "DeltaStream.Akka.sln")))
                return folder.FullName;
        throw new InvalidOperationException("run this program inside the repository");
    }
}
