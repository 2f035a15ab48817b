using System.Diagnostics;
using Xunit.Abstractions;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>All attacks are on one node, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class AttackCollection : ICollectionFixture<AbusedNode>
{
    public const string Name = "attacks";
}

/// <summary>An attack, and what must be as before when it is over.</summary>
[Collection(AttackCollection.Name)]
public abstract class AttackSpec(AbusedNode abused, ITestOutputHelper output)
{
    /// <summary>What the managed heap may be larger after an attack: tables that have grown, never something for each client.</summary>
    private const double HeapSlack = 6e6;

    /// <summary>The same of a long attack, which was made before: two more of 10,000 clients may not leave 150 bytes for each.</summary>
    private const double LongHeapSlack = 3e6;

    protected AbusedNode Abused => abused;

    protected int Port => abused.Node.Port;

    /// <summary>Says something for the record.</summary>
    protected void Note(string text) => output.WriteLine(text);

    /// <summary>Attacks while a market goes on, then looks at the neighbours, at what the node holds and at its log.</summary>
    /// <param name="isLong">
    /// Whether it is larger than what the node was warmed with. Then it is made once before, so that tables have their size, and
    /// twice more: what each time leaves something behind is found, however large the tables are.
    /// </param>
    /// <param name="longHeapSlack">What the managed heap may be larger after those two, bytes.</param>
    protected async Task AttackAsync(Func<Task> attack, bool isLong = false, double longHeapSlack = LongHeapSlack)
    {
        var baseline = abused.Baseline;
        if (isLong)
        {
            await attack();
            baseline = await abused.SettledAsync();
            await attack();
            await abused.EmptyAsync();
        }
        var complaints = abused.Complaints().Count;
        var failed = await abused.Node.MetricAsync("deltastream_closes_total", "reason=\"server_error\"");
        var clock = Stopwatch.StartNew();
        await using (var neighbours = await Neighbours.StartAsync(abused))
        {
            await attack();
            var took = clock.Elapsed;
            var (median, worst) = await neighbours.VerifyAsync();
            Note($"{took.TotalSeconds:0.0} s; neighbours' updates took {median:0.0} ms (median), {worst:0.0} ms (worst)");
        }
        var held = await HoldsNoMoreAsync(baseline, baseline.HeapBytes + (isLong ? longHeapSlack : HeapSlack));
        if (isLong) abused.HasGrownTo(held);
        var further = abused.Complaints().Skip(complaints).ToArray();
        Assert.True(further.Length == 0, $"{further.Length} complaints:\n{string.Join('\n', further.Take(5))}");
        Assert.Equal(failed, await abused.Node.MetricAsync("deltastream_closes_total", "reason=\"server_error\""));
        Assert.Equal("healthy", await abused.Node.HealthAsync("status"));
    }

    private async Task<Held> HoldsNoMoreAsync(Held baseline, double mostHeap)
    {
        Held held = null!;
        try
        {
            await Eventually.True(
                async () => (held = await abused.ForgottenAsync()).HeapBytes <= mostHeap, $"the heap is back at {baseline.HeapBytes / 1e6:0.0} MB", TimeSpan.FromSeconds(60));
        }
        finally
        {
            Note($"held: {held.HeapBytes / 1e6:0.0} MB ({baseline.HeapBytes / 1e6:0.0} before), {held.Sessions} sessions, {held.Clients} clients, {held.Rooms} rooms;"
                + $" the web server keeps {held.PoolBytes / 1e6:0.0} MB of buffers ({baseline.PoolBytes / 1e6:0.0} before)");
        }
        return held;
    }
}
