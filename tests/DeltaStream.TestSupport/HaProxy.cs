using System.Diagnostics;
using System.Text.RegularExpressions;

namespace DeltaStream.TestSupport;

/// <summary>HAProxy with the sample that operators start from, before nodes of the test's.</summary>
public sealed partial class HaProxy : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private HaProxy(Process process, string folder, Uri url) => (_process, _folder, Url) = (process, folder, url);

    public Uri Url { get; }

    /// <summary>Starts it on a machine of a <see cref="NetworkLab"/> and waits until it has found a node that is ready.</summary>
    public static async Task<HaProxy> StartAtAsync(string networkNamespace, string host, IEnumerable<NodeProcess> nodes)
    {
        var port = FreePort.Next();
        var folder = Directory.CreateTempSubdirectory("deltastream-").FullName;
        var config = Path.Combine(folder, "haproxy.cfg");
        var sample = await File.ReadAllTextAsync(Repository.PathOf("samples", "haproxy.cfg"));
        var servers = nodes.Select((node, i) => $"  server node{i + 1} {node.Url.Authority}\n");
        await File.WriteAllTextAsync(config, Server().Replace(sample, "").Replace("bind :8080", $"bind {host}:{port}", StringComparison.Ordinal) + string.Concat(servers));

        var program = File.Exists("/usr/sbin/haproxy") ? "/usr/sbin/haproxy" : "haproxy";
        var start = new ProcessStartInfo("ip", ["netns", "exec", networkNamespace, program, "-db", "-f", config]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] += ":/usr/sbin:/sbin";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var proxy = new HaProxy(process, folder, new Uri($"http://{host}:{port}"));
        using var http = new HttpClient();
        await Eventually.True(async () =>
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(proxy.Url, "/health/ready"));
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return process.HasExited ? throw new InvalidOperationException($"HAProxy has ended with code {process.ExitCode}") : false;
            }
        }, "HAProxy passes requests on", TimeSpan.FromSeconds(30));
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [GeneratedRegex(@"^ *server .*\n?", RegexOptions.Multiline)]
    private static partial Regex Server();
}
