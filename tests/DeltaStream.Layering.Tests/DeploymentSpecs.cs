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

    [Fact]
    public void The_samples_give_a_node_the_time_that_it_takes_to_stop()
    {
        var byDefault = Number(Reference, @"drain-seconds = (\d+)");
        Assert.True(Number(Compose, @"stop_grace_period: (\d+)s") >= byDefault + 10);
        Assert.True(Number(Kubernetes, @"terminationGracePeriodSeconds: (\d+)") >= Number(Kubernetes, @"DRAIN_SECONDS, value: ""(\d+)""") + 10);
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

    private static int Number(string text, string pattern) => int.Parse(Regex.Match(text, pattern).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?:name: |^ +|\s)((?:CLUSTER|REDIS|DRAIN|DEMO|CORS|LIMIT|BRIDGE)_[A-Z_]+)\b(?:,|:|=)", RegexOptions.Multiline)]
    private static partial Regex Variable();

    [GeneratedRegex(@"EventName = ""([a-z]+(?:_[a-z]+)+)")]
    private static partial Regex LogEvent();

    [GeneratedRegex(@"CLUSTER_SEEDS(?:, value)?: ""?([^""\s}]+)")]
    private static partial Regex Seeds();
}
