using System.Net;

namespace DeltaStream.Abuse.Tests.Transport;

/// <summary>A node as the container runs it: not as root, and with nothing that it could write to.</summary>
public sealed class UnprivilegedSpecs : IDisposable
{
    private const string Nobody = "65534";

    private readonly string _folder = Directory.CreateTempSubdirectory("node-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_node_needs_neither_root_nor_a_file_system_that_it_can_write_to()
    {
        var program = Path.Combine(_folder, "node");
        var copied = await Command.RunAsync(_folder, TimeSpan.FromMinutes(1), [], "sh", "-c", $"cp -R '{NodeProcess.Program}' '{program}' && chmod -R a+rX,a-w '{_folder}'");
        Assert.True(copied.ExitCode == 0, copied.Output);

        await using var node = await NodeProcess.StartUnder(
            await CommandAsync(), Path.Combine(program, "DeltaStream.Node.dll"), ("DEMO_FEED", "on"), ("EMBEDDED_REDIS_PORT", "0"), ("HOME", "/nonexistent")).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy", "the node is healthy");
        await using var client = await TestClient.ConnectAsync(node);
        await client.ExpectAsync("underlying_update");
        await client.SubscribeAsync("chain", "NIFTY");
        await client.ExpectAsync("chain_update");
        Assert.Contains("<html", await node.GetAsync("/"));
        node.Terminate();
        Assert.Equal(0, await node.ExitAsync(TimeSpan.FromSeconds(15)));
        Assert.DoesNotContain("\"@x\"", node.Log);
    }

    [Fact]
    public async Task A_node_writes_no_file_to_a_writable_file_system()
    {
        await using var node = await NodeProcess.Start(
            ("DEMO_FEED", "on"), ("EMBEDDED_REDIS_PORT", "0"), ("HOME", _folder), ("AUTH_MODE", "jwt"), ("AUTH_JWT_SECRET", new string('s', 32))).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy", "the node is healthy");
        Assert.Equal(HttpStatusCode.Unauthorized, await node.StatusAsync("/metrics"));
        node.Terminate();
        Assert.Equal(0, await node.ExitAsync(TimeSpan.FromSeconds(15)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
        Assert.DoesNotContain("DataProtection", node.Log);
    }

    /// <summary>As nobody, without any capability; on a file system that is read-only as a whole where this machine lets the test make it so.</summary>
    private async Task<string[]> CommandAsync()
    {
        if (!Environment.IsPrivilegedProcess) return ["dotnet"];
        string[] asNobody = ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--no-new-privs", "--bounding-set=-all", "dotnet"];
        // Each mounted file system, /tmp and /dev/shm among them.
        const string readOnly = "mount --make-rprivate / && mount --bind / / && cut -d' ' -f2 /proc/self/mounts"
            + " | while read -r at; do mount -o remount,bind,ro \"$at\" 2>/dev/null || true; done && cd \"$PWD\" && ";
        const string writesNowhere = "for at in . / /tmp /dev/shm /run; do touch \"$at/here\" 2>/dev/null && rm \"$at/here\" && exit 1; done; true";
        var tried = await Command.RunAsync(_folder, TimeSpan.FromMinutes(1), [], "unshare", "-m", "sh", "-c", readOnly + writesNowhere);
        return tried.ExitCode == 0 ? ["unshare", "-m", "sh", "-c", readOnly + "exec \"$@\"", "sh", .. asNobody] : asNobody;
    }
}
