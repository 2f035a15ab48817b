using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Tests.Views;

/// <summary>What a node keeps for the versions of a chain. The specs run alone, because they measure the memory of the process.</summary>
[CollectionDefinition(nameof(ViewMemorySpecs), DisableParallelization = true)]
[Collection(nameof(ViewMemorySpecs))]
public sealed class ViewMemorySpecs
{
    private const int Chains = 40;
    private const int Most = 4;

    [Theory]
    [InlineData(0.05)]
    [InlineData(1.0)]
    public void A_chain_and_its_row_versions_take_at_most_four_times_its_bytes(double probability)
    {
        var (chain, benches) = (new MovingChain(probability, 1), new ViewBench[Chains]);
        var documents = Enumerable.Range(0, 30).Select(_ =>
        {
            chain.Move();
            return chain.Text();
        }).ToArray();
        Run(new ViewBench(), documents);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < Chains; i++) Run(benches[i] = new(), documents);

        var kept = (GC.GetTotalMemory(forceFullCollection: true) - before) / Chains;
        GC.KeepAlive(benches);
        Assert.InRange(kept, documents[^1].Length / 2, Most * documents[^1].Length);
    }

    private static void Run(ViewBench bench, byte[][] documents)
    {
        var view = bench.Use("""{"mode":"delta","strikes":1,"preset":"ltp"}""");
        ViewVersion? held = null;
        foreach (var document in documents)
        {
            // Each bench has its own copy, as each node has.
            bench.Publish([.. document]);
            held = bench.Encode(view, held).Version;
        }
    }
}
