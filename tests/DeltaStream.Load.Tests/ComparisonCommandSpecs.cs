namespace DeltaStream.Load.Tests;

/// <summary>The command line's comparisons, as small as they can be: that they work, not what they measure.</summary>
public sealed class ComparisonCommandSpecs
{
    private static readonly string Servers = "--servers " + string.Join(',',
        Run.Built("gateway", "src", "DeltaStream.Node"),
        Run.Built("signalr", "benchmarks", "SignalRGateway"),
        Run.Built("kestrel", "benchmarks", "BareKestrel"));

    private static readonly string Gateway = "--servers " + Run.Built("gateway", "src", "DeltaStream.Node");

    private static IEnumerable<string> Kinds(params string[] kinds) => kinds.Select(kind => $"gateway, {kind}");

    [Fact]
    [Trait("Category", "Full")]
    public async Task In_the_command_fanout_every_server_delivers_every_update()
    {
        var run = await Run.CompleteAsync($"fanout --clients 10 --rate 5 --warm-up 1 --rounds 1 --seconds 1 {Servers}",
            run => run.HasRowsOf("gateway", "signalr", "kestrel") && run.Figures("delivered %").All(share => share == 100));

        Assert.Contains("gateway: median ", run.Output, StringComparison.Ordinal);
        Assert.Contains("kestrel: median ", run.Output, StringComparison.Ordinal);
        Assert.Contains(" bytes allocated a delivery", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("were closed", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_the_command_chain_every_update_is_delivered_and_deflate_makes_it_smaller()
    {
        var run = await Run.CompleteAsync(
            $"chain --clients 10 --rate 5 --warm-up 1 --rounds 1 --seconds 1 {Gateway},{Run.Built("deflate", "src", "DeltaStream.Node")}",
            // What is compressed is not looked into, and has no latency.
            run => run.Rows.Select(row => row["server"]).SequenceEqual(["gateway", "deflate"]) && run.Figures("delivered %").All(share => share == 100));

        var size = run.Figures("KB on the wire").ToArray();
        Assert.InRange(size[0], 50, 70);
        Assert.InRange(size[1], 1, 20);
        Assert.DoesNotContain("were closed", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_the_command_views_every_client_gets_each_update_in_its_view()
    {
        var run = await Run.CompleteAsync($"views --clients 50 --warm-up 1 --rounds 1 --seconds 2 {Gateway}",
            run => run.Rows.Select(row => row["server"]).SequenceEqual(Kinds("small updates", "one view", "50 views", "whole", "deflated"))
                && run.Figures("deliveries a client and second").All(rate => rate is > 4.5 and < 6));

        var size = run.Figures("bytes a delivery").ToArray();
        Assert.InRange(size[1], 150, 500);
        Assert.InRange(size[2], 150, 500);
        Assert.InRange(size[3], 50_000, 60_000);
        Assert.InRange(size[4], 5_000, 20_000);
    }

    [Fact]
    public async Task In_the_command_screen_views_and_rates_make_each_screen_smaller()
    {
        var run = await Run.CompleteAsync($"screen --clients 20 --warm-up 1 --rounds 1 --seconds 3 {Gateway}",
            run => run.Rows.Select(row => row["server"]).SequenceEqual(Kinds("whole", "deflated", "rows", "compact"))
                && run.Figures("deliveries a client and second").SkipLast(1).All(rate => rate is > 40 and < 50));

        var size = run.Figures("KB a client and second").ToArray();
        Assert.InRange(size[0], 230, 330);
        Assert.InRange(size[1], 40, 90);
        Assert.InRange(size[2], 5, 13);
        Assert.InRange(size[3], 2, 6);
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task The_command_idle_measures_the_memory_of_its_connections()
    {
        var run = await Run.CompleteAsync($"idle --clients 200 --warm-up 0 --rounds 1 --seconds 1 {Gateway}", run => run.HasRowsOf("gateway"));

        Assert.All(run.Figures("RSS MB"), size => Assert.InRange(size, 20, 2000));
    }

    /// <summary>At more than the 50 updates a second of a product that a gateway lets through if it is not told otherwise.</summary>
    [Fact]
    [Trait("Category", "Full")]
    public async Task The_command_throughput_climbs_to_its_last_rate()
    {
        var run = await Run.CompleteAsync($"throughput --clients 10 --rate 100 --up-to 120 --warm-up 1 --rounds 1 --seconds 1 {Gateway}",
            run => run.HasRowsOf("gateway") && run.Figures("messages a second").Single() == 120);

        Assert.All(run.Figures("1,000 deliveries a second"), rate => Assert.InRange(rate, 0.1, 1.3));
    }
}
