using DeltaStream.Actors.Lease;

namespace DeltaStream.Actors.Tests.Lease;

/// <summary>
/// Two bridges never publish at once, in thousands of random schedules: a store that refuses writes now and then, late and lost
/// messages, clocks that differ by a tenth, pauses, kills and flushes. The schedules are the same in each run.
/// </summary>
public class LeaseModelSpecs
{
    private const int Schedules = 4_000;
    private const int Length = 12_000;

    private static readonly LeaseTimes Times = new(TimeSpan.FromSeconds(1));

    [Fact]
    public void Two_bridges_never_publish_at_once()
    {
        var worlds = Run(Times);
        foreach (var (seed, _) in worlds.Where(world => world.World.IsBroken))
        {
            var lines = new List<string>();
            new LeaseWorld(seed, Times, lines.Add).Run(Length);
            Assert.Fail($"schedule {seed}:\n" + string.Join('\n', lines.TakeLast(80)));
        }

        // The model is worth something only if bridges do publish, on refused renewals too, and the lease changes hands.
        Assert.True(worlds.Average(world => world.World.Published) > Length / 5 / 2, "a bridge publishes half of the time");
        Assert.True(worlds.Count(world => world.World.PublishedRefused > 50) > Schedules / 10, "bridges publish while the store refuses writes");
        Assert.True(worlds.Average(world => world.World.Grants) > 2, "the lease changes hands");
    }

    [Fact]
    public void The_model_finds_two_publishers_if_a_new_holder_does_not_wait_for_the_span_of_its_predecessor() =>
        Assert.True(Breaks(Times with { PredecessorRefusedSpan = TimeSpan.Zero }));

    [Fact]
    public void The_model_finds_two_publishers_if_a_holder_does_not_pause_after_its_lease_has_expired() =>
        Assert.True(Breaks(Times with { PauseAfterExpiry = TimeSpan.Zero }));

    [Fact]
    public void The_model_finds_two_publishers_if_a_holder_trusts_a_renewal_for_longer_than_the_store_keeps_it() =>
        Assert.True(Breaks(Times with { Trusted = TimeSpan.FromSeconds(1.2) }));

    private static bool Breaks(LeaseTimes times) => Enumerable.Range(0, 10 * Schedules).Any(seed => new LeaseWorld(seed, times).Run(Length).IsBroken);

    private static (int Seed, LeaseWorld World)[] Run(LeaseTimes times) =>
        [.. Enumerable.Range(0, Schedules).AsParallel().AsOrdered().Select(seed => (seed, new LeaseWorld(seed, times).Run(Length)))];
}
