using System.Text.RegularExpressions;

namespace DeltaStream.Load.Tests;

/// <summary>The command line's scenarios of the gateway alone, as small as they can be: that they work, not what they measure.</summary>
public sealed class GatewayCommandSpecs
{
    private static readonly string Gateway = "--servers " + Run.Built("gateway", "src", "DeltaStream.Node");

    [Fact]
    public async Task The_command_node_measures_an_idle_node()
    {
        var run = await Run.CompleteAsync($"node --warm-up 0 --seconds 1 {Gateway}", run => run.HasRowsOf("gateway"));

        Assert.All(run.Figures("RSS MB"), size => Assert.InRange(size, 20, 2000));
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task The_command_growth_has_a_row_for_each_step_and_delivers_every_update() =>
        await Run.CompleteAsync($"growth --clients 150 --rate 5 --warm-up 1 --rounds 1 --seconds 1 {Gateway}",
            run => run.HasRowsOf("gateway 100", "gateway 150") && run.Figures("delivered %").All(share => share == 100));

    [Fact]
    public async Task The_command_polling_delivers_the_last_update_to_every_client() =>
        await Run.CompleteAsync($"polling --clients 20 --rate 5 --warm-up 1 --seconds 1 {Gateway}",
            run => run.HasRowsOf("gateway") && run.Figures("delivered %").Single() == 100 && run.Figures("clients with the last update").Single() == 20);

    [Fact]
    public async Task The_command_products_measures_the_heap_before_and_after() =>
        await Run.CompleteAsync($"products --clients 10 --products 200 --warm-up 0 {Gateway}", run => Regex.IsMatch(run.Output,
            @"10 clients: [1-9][\d.]* MB of managed heap with one product, [1-9][\d.]* MB after 200, "));
}
