using System.Globalization;
using System.Text.RegularExpressions;

namespace DeltaStream.Load.Tests;

/// <summary>Those of the command line's scenarios that wait for what the gateway does in its own time.</summary>
public sealed class LongCommandSpecs
{
    private static readonly string Gateway = "--servers " + Run.Built("gateway", "src", "DeltaStream.Node");

    /// <summary>Five rooms with a client on each node; then 160 for each client, who is in more, and says more at once, than a gateway lets it unasked.</summary>
    [Fact]
    public async Task The_command_cluster_delivers_every_update_from_node_to_node()
    {
        var run = await Run.CompleteAsync($"cluster --nodes 2 --rooms 5,1600 --clients 10 --rate 20 --warm-up 1 --seconds 1 {Gateway}",
            run => run.Figures("deliveries an update").SequenceEqual([2, 1]));

        Assert.All(run.Figures("nodes"), nodes => Assert.Equal(2, nodes));
        Assert.All(run.Figures("at rest: bytes a second between nodes"), bytes => Assert.InRange(bytes, 1, double.MaxValue));
        Assert.All(run.Figures("RSS MB a node"), size => Assert.InRange(size, 20, 2000));
    }

    /// <summary>A write may be stuck for 8 to 16 s instead of 30 to 60.</summary>
    [Fact]
    [Trait("Category", "Full")]
    public async Task The_command_slow_has_some_clients_read_again_and_the_others_closed() =>
        await Run.CompleteAsync($"slow --clients 60 --warm-up 1 --rounds 1 --seconds 1 {Gateway}",
            run => run.HasRowsOf("gateway")
                && Regex.IsMatch(run.Output, @"50 read again: 3 s later they get chains [\d.]+ ms old")
                && run.Output.Contains("the other 50: 50 closed as slow_consumer; closed among the rest: 0", StringComparison.Ordinal),
            ("deltastream__clients__stuck-write-timeout", "8s"));

    [Fact]
    [Trait("Category", "Full")]
    public async Task The_command_storm_keeps_the_clients_that_stay_connected() =>
        await Run.CompleteAsync($"storm --clients 50 --warm-up 1 --rounds 1 --seconds 1 {Gateway}",
            run => run.HasRowsOf("gateway") && Regex.IsMatch(run.Output, @"after 1 rounds: .*\b500 clients"));

    /// <summary>180,000 clients come and go in an hour. Memory is measured after the first ten minutes, in which a node compiles its code.</summary>
    [Fact]
    [Trait("Category", "Full")]
    [Trait("Part", "churn")]
    public async Task After_an_hour_of_clients_that_come_and_go_a_node_is_back_where_it_was()
    {
        var run = await Run.AnyAsync(TimeSpan.FromMinutes(75), $"churn {Gateway}");
        Assert.True(run.ExitCode == 0, run.Output);
        var end = Regex.Match(run.Output, @"RSS rises (-?[\d.]+) MB a minute; left behind: (-?\d+) threads, (-?\d+) handles, (-?\d+) actors, (-?\d+) rooms");
        Assert.True(end.Success, run.Output);
        var figures = end.Groups.Values.Skip(1).Select(group => double.Parse(group.Value, CultureInfo.InvariantCulture)).ToArray();
        Assert.True(figures[0] < 0.1, run.Output);
        // The runtime keeps some threads and sockets for a while; one client would be one actor, one handle and one room.
        Assert.All(figures[1..4], figure => Assert.True(figure < 20, run.Output));
        Assert.Equal(0, figures[4]);
    }
}
