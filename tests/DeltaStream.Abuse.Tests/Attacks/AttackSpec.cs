using System.Diagnostics;
using DeltaStream.TestSupport;
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
    /// <summary>What the managed heap may be larger after an attack: pools that have grown, never something for each client.</summary>
    private const double HeapSlack = 6e6;

    protected AbusedNode Abused => abused;

    protected int Port => abused.Node.Port;

    /// <summary>Says something for the record.</summary>
    protected void Note(string text) => output.WriteLine(text);

    /// <summary>Attacks while a market goes on, then looks at the neighbours, at what the node holds and at its log.</summary>
    /// <param name="attack">The attack.</param>
    /// <param name="isLong">Whether it is larger than what the node was warmed with: then it is made once before, so that pools have their size.</param>
    protected async Task AttackAsync(Func<Task> attack, bool isLong = false)
    {
        var baseline = abused.Baseline;
        if (isLong)
        {
            await attack();
            await abused.EmptyAsync();
            baseline = await abused.HeldAsync();
        }
        var complaints = abused.Complaints().Count;
        var failed = await abused.MetricAsync("deltastream_closes_total{reason=\"server_error\"}");
        var clock = Stopwatch.StartNew();
        await using (var neighbours = await Neighbours.StartAsync(abused))
        {
            await attack();
            var took = clock.Elapsed;
            var (median, worst) = await neighbours.VerifyAsync();
            Note($"{took.TotalSeconds:0.0} s; neighbours' updates took {median:0.0} ms (median), {worst:0.0} ms (worst)");
        }
        await abused.EmptyAsync();
        await HoldsNoMoreAsync(baseline);
        var further = abused.Complaints().Skip(complaints).ToArray();
        Assert.True(further.Length == 0, $"{further.Length} complaints:\n{string.Join('\n', further.Take(5))}");
        Assert.Equal(failed, await abused.MetricAsync("deltastream_closes_total{reason=\"server_error\"}"));
        Assert.Equal("healthy", await abused.Node.HealthAsync("status"));
    }

    private async Task HoldsNoMoreAsync(Held baseline)
    {
        Held held = null!;
        var most = baseline.HeapBytes + HeapSlack;
        await Eventually.True(async () =>
        {
            // The mediator forgets topics that are gone when the next one comes.
            await using (var passer = await SocketIoTestClient.ConnectAsync(abused.Node)) await passer.SubscribeAsync("product", "LAST");
            await abused.EmptyAsync();
            held = await abused.HeldAsync();
            return held.HeapBytes <= most;
        },
            $"the heap is back at {baseline.HeapBytes / 1e6:0.0} MB", TimeSpan.FromSeconds(60));
        Note($"held: {held.HeapBytes / 1e6:0.0} MB ({baseline.HeapBytes / 1e6:0.0} before), {held.Sessions} sessions, {held.Clients} clients, {held.Rooms} rooms");
    }
}
