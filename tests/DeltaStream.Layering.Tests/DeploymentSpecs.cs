using System.Globalization;
using System.Text.RegularExpressions;
using DeltaStream.TestSupport;

namespace DeltaStream.Layering.Tests;

/// <summary>What the ready-made deployments promise each other, and what the documents say of them.</summary>
public sealed partial class DeploymentSpecs
{
    private static readonly string Compose = File.ReadAllText(Repository.PathOf("docker-compose.yml"));
    private static readonly string Kubernetes = File.ReadAllText(Repository.PathOf("samples", "kubernetes", "deltastream.yaml"));
    private static readonly string Reference = File.ReadAllText(Repository.PathOf("hocon", "reference.conf"));

    private static readonly string HaProxy = File.ReadAllText(Repository.PathOf("samples", "haproxy.cfg"));
    private static readonly string Nginx = File.ReadAllText(Repository.PathOf("samples", "nginx.conf"));

    // The rest of a stop after the drain takes up to 10 s. The slack is for whoever counts the grace: it begins before the signal.
    private const int StopSeconds = 10 + 5;

    private static int DefaultDelay => Number(Reference, @"auto: (\d+), and 0 in development");

    private static int KubernetesDelay => Number(Kubernetes, @"DRAIN_DELAY_SECONDS, value: ""(\d+)""");

    [Fact]
    public void The_samples_give_a_node_the_time_that_it_takes_to_stop()
    {
        Assert.Equal(3, DefaultDelay);
        Assert.True(Number(Compose, @"stop_grace_period: (\d+)s") >= DefaultDelay + Number(Reference, @"drain-seconds = (\d+)") + StopSeconds);
        Assert.True(Number(Kubernetes, @"terminationGracePeriodSeconds: (\d+)")
            >= KubernetesDelay + Number(Kubernetes, @"DRAIN_SECONDS, value: ""(\d+)""") + StopSeconds);
    }

    [Fact]
    public void A_balancer_sees_that_a_node_stops_before_the_node_refuses_clients()
    {
        // The first failed check comes up to one interval after the signal, the others in the fast interval.
        var (inter, fast, fall) = (Number(HaProxy, @" inter (\d+)s"), Number(HaProxy, @" fastinter (\d+)ms"), Number(HaProxy, @" fall (\d+)"));
        Assert.True(inter + (fall - 1) * fast / 1000.0 <= DefaultDelay - 1);
        const string Readiness = @"readinessProbe: .*/health/ready.* periodSeconds: (\d+), failureThreshold: (\d+)";
        Assert.True(Number(Kubernetes, Readiness) * Number(Kubernetes, Readiness, 2) < KubernetesDelay);
        // One late answer of a busy node is not a failure.
        Assert.True(fall > 1 && Number(Kubernetes, Readiness, 2) > 1);
        // nginx has no active checks: it asks the next node where a node refuses.
        Assert.Contains("proxy_next_upstream error timeout http_503;", Nginx);
    }

    /// <summary>The operator's guide gives the memory of a node and of each client.</summary>
    [Fact]
    public void The_samples_give_a_node_memory_for_the_connections_that_they_allow()
    {
        const string Room = @"a node takes (\d+) MB and (\d+) KB for each client";
        var operating = File.ReadAllText(Repository.PathOf("docs", "operating.md"));
        foreach (var (text, limit, connections) in new[]
        {
            (Compose, @"mem_limit: (\d+)g", @"LIMIT_CONNECTIONS: ""(\d+)"""), (Kubernetes, @"limits: \{ memory: (\d+)Gi", @"LIMIT_CONNECTIONS, value: ""(\d+)"""),
        })
        {
            var needed = Number(operating, Room) + Number(text, connections) * Number(operating, Room, 2) / 1024;
            Assert.True(needed <= Number(text, limit) * 1024, $"{needed} MB");
        }
    }

    [Fact]
    public void The_samples_trust_their_own_balancer_and_run_fixed_versions()
    {
        Assert.Equal(Number(Compose, @"TRUSTED_PROXIES: 172\.30\.(\d+)\.0/24"), Number(Compose, @"subnet: 172\.30\.(\d+)\.0/24"));
        Assert.Contains("name: TRUSTED_PROXIES", Kubernetes);
        Assert.Contains("enableServiceLinks: false", Kubernetes);
        var images = Image().Matches(Compose + Kubernetes).Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(3, images.Length);
        Assert.All(images, image => Assert.Matches(@":\d+\.\d+\.\d+", image));
    }

    [Fact]
    public void Every_variable_that_the_samples_set_is_a_setting()
    {
        var readme = File.ReadAllText(Repository.PathOf("README.md"));
        var script = File.ReadAllText(Repository.PathOf("scripts", "cluster"));
        var set = Variable().Matches(Kubernetes).Concat(Variable().Matches(Compose)).Concat(Variable().Matches(script))
            .Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.Contains("CLUSTER_SEEDS", set);
        Assert.All(set, name => Assert.Contains($"`{name}`", readme));
    }

    [Fact]
    public void The_samples_name_two_seeds_and_both_exist()
    {
        foreach (var (text, node) in new[] { (Compose, @"^  (node\d):"), (Kubernetes, "(deltastream-[01])[.]") })
        {
            var seeds = Seeds().Match(text).Groups[1].Value.Split(',');
            Assert.Equal(2, seeds.Length);
            Assert.All(seeds, seed => Assert.Contains(Regex.Matches(text, node, RegexOptions.Multiline), match => seed.StartsWith(match.Groups[1].Value, StringComparison.Ordinal)));
        }
    }

    /// <summary>A node that its cluster has let go ends; nothing but its supervisor brings it back.</summary>
    [Fact]
    public void A_container_that_ends_is_started_again() => Assert.Contains("restart: unless-stopped", Compose);

    /// <summary>An event in the log that no page tells of is no help to whoever reads it at night.</summary>
    [Fact]
    public void Every_log_event_is_explained()
    {
        var operating = File.ReadAllText(Repository.PathOf("docs", "operating.md"));
        var events = Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => LogEvent().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.Contains("cluster_no_seed", events);
        Assert.Contains("bridge_active", events);
        Assert.All(events, name => Assert.Contains($"`{name}`", operating));
    }

    private static int Number(string text, string pattern, int group = 1) =>
        int.Parse(Regex.Match(text, pattern).Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s+image: (\S+)", RegexOptions.Multiline)]
    private static partial Regex Image();

    [GeneratedRegex(@"(?:name: |^ +|\s)((?:CLUSTER|REDIS|DRAIN|DEMO|CORS|LIMIT|BRIDGE|TRUSTED|AUTH)_[A-Z_]+)\b(?:,|:|=)", RegexOptions.Multiline)]
    private static partial Regex Variable();

    [GeneratedRegex(@"EventName = ""([a-z]+(?:_[a-z]+)+)")]
    private static partial Regex LogEvent();

    [GeneratedRegex(@"CLUSTER_SEEDS(?:, value)?: ""?([^""\s}]+)")]
    private static partial Regex Seeds();
}
