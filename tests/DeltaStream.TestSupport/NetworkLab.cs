using System.ComponentModel;

namespace DeltaStream.TestSupport;

/// <summary>
/// Machines of their own on cables that can be cut: network namespaces, each on a veth pair of its own to one that forwards
/// between them. A cut drops what passes, in silence, as a cut cable does. Needs root and iproute2.
/// </summary>
/// <remarks>Addresses are of 198.18.0.0/15, which is there for such things, and lead nowhere beyond this machine.</remarks>
public sealed class NetworkLab : IAsyncDisposable
{
    private const int Labs = 30;
    private const int Subnets = 8;

    private static readonly Lazy<string?> Refusal = new(Probe);

    private readonly int _id;
    private readonly int _machines;

    private NetworkLab(int id, int machines) => (_id, _machines) = (id, machines);

    /// <summary>Why there can be no namespaces here; null if there can.</summary>
    public static string? WhyNot => Refusal.Value;

    /// <summary>This machine, where the machines of the lab reach it, and may be kept from reaching it.</summary>
    public string Server => $"198.18.{_id * Subnets}.3";

    private string Router => $"dslab{_id}-r";

    private string Cable => $"dslab{_id}";

    /// <summary>Lays the cables.</summary>
    /// <param name="machines">How many machines, at most 7; they are numbered from 1.</param>
    public static async Task<NetworkLab> BuildAsync(int machines)
    {
        var lab = await ClaimAsync(machines);
        try
        {
            await lab.BuildAsync();
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    public string Namespace(int machine) => $"dslab{_id}-{machine}";

    public string Address(int machine) => $"198.18.{(_id * Subnets) + machine}.2";

    /// <summary>Cuts every cable between the two sides.</summary>
    public Task CutAsync(IEnumerable<int> one, IEnumerable<int> other) => ChangeAsync("add", Pairs(one, other));

    public Task MendAsync(IEnumerable<int> one, IEnumerable<int> other) => ChangeAsync("del", Pairs(one, other));

    /// <summary>Keeps machines from <see cref="Server"/>.</summary>
    public Task CutFromServerAsync(IEnumerable<int> machines) => ChangeAsync("add", machines.Select(machine => (Address(machine), Server)));

    /// <summary>Lets them reach it again.</summary>
    public Task MendToServerAsync(IEnumerable<int> machines) => ChangeAsync("del", machines.Select(machine => (Address(machine), Server)));

    public async ValueTask DisposeAsync()
    {
        // With a namespace go its cables, but in the kernel's own time; the one that ends here is taken away at once, for the next lab.
        await TryAsync("link", "del", Cable);
        foreach (var name in Enumerable.Range(1, _machines).Select(Namespace).Append(Router)) await TryAsync("netns", "del", name);
    }

    private static async Task<NetworkLab> ClaimAsync(int machines)
    {
        // Another run on this machine may have a lab, too.
        foreach (var id in Enumerable.Range(0, Labs))
        {
            var lab = new NetworkLab(id, machines);
            if (await TryAsync("netns", "add", lab.Router)) return lab;
        }

        throw new InvalidOperationException($"no namespace could be made; `ip netns` lists those of earlier runs (dslab…)");
    }

    private static string? Probe()
    {
        var name = $"dslab-probe-{Environment.ProcessId}";
        try
        {
            if (!TryAsync("netns", "add", name).GetAwaiter().GetResult()) return "NOT RUN: network namespaces are not permitted here (they need root)";
            TryAsync("netns", "del", name).GetAwaiter().GetResult();
            return null;
        }
        catch (Win32Exception)
        {
            return "NOT RUN: there is no `ip` here (Debian package iproute2)";
        }
    }

    private static async Task<bool> TryAsync(params string[] arguments) => (await RunAsync(arguments)).ExitCode == 0;

    private static async Task IpAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        if (result.ExitCode != 0) throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {result.Output}");
    }

    private static Task<CommandResult> RunAsync(string[] arguments) =>
        Command.RunAsync(Path.GetTempPath(), TimeSpan.FromSeconds(20), [("PATH", Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin")], [IpPath, .. arguments]);

    private static string IpPath => File.Exists("/usr/sbin/ip") ? "/usr/sbin/ip" : "ip";

    private async Task BuildAsync()
    {
        await IpAsync("netns", "exec", Router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        var here = Cable;
        var net = $"198.18.{_id * Subnets}";
        await IpAsync("-n", Router, "link", "add", "here", "type", "veth", "peer", "name", here, "netns", $"{Environment.ProcessId}");
        await IpAsync("-n", Router, "addr", "add", $"{net}.1/24", "dev", "here");
        await IpAsync("-n", Router, "link", "set", "here", "up");
        await IpAsync("addr", "add", $"{net}.2/24", "dev", here);
        await IpAsync("addr", "add", $"{net}.3/24", "dev", here);
        await IpAsync("link", "set", here, "up");
        for (var machine = 1; machine <= _machines; machine++)
        {
            var subnet = $"198.18.{(_id * Subnets) + machine}";
            await IpAsync("netns", "add", Namespace(machine));
            await IpAsync("-n", Router, "link", "add", $"to{machine}", "type", "veth", "peer", "name", "cable", "netns", Namespace(machine));
            await IpAsync("-n", Router, "addr", "add", $"{subnet}.1/24", "dev", $"to{machine}");
            await IpAsync("-n", Router, "link", "set", $"to{machine}", "up");
            await IpAsync("-n", Namespace(machine), "link", "set", "lo", "up");
            await IpAsync("-n", Namespace(machine), "addr", "add", $"{subnet}.2/24", "dev", "cable");
            await IpAsync("-n", Namespace(machine), "link", "set", "cable", "up");
            await IpAsync("-n", Namespace(machine), "route", "add", "default", "via", $"{subnet}.1");
            await IpAsync("route", "add", $"{subnet}.0/24", "via", $"{net}.1");
        }
    }

    private IEnumerable<(string, string)> Pairs(IEnumerable<int> one, IEnumerable<int> other) =>
        from a in one from b in other select (Address(a), Address(b));

    private async Task ChangeAsync(string what, IEnumerable<(string One, string Other)> pairs)
    {
        foreach (var (one, other) in pairs)
        {
            await IpAsync("-n", Router, "rule", what, "from", one, "to", other, "blackhole");
            await IpAsync("-n", Router, "rule", what, "from", other, "to", one, "blackhole");
        }
    }
}
