using System.Globalization;
using DeltaStream.Simulator.Loop;
using DeltaStream.Simulator.World;

namespace DeltaStream.Simulator.Tests;

/// <summary>A seed is a whole run: it can be repeated exactly.</summary>
public class SeedSpecs
{
    [Fact]
    public void The_same_seed_gives_the_same_trace_byte_for_byte()
    {
        var (first, second) = (Trace(seed: 7), Trace(seed: 7));
        Assert.NotEmpty(first);
        Assert.Equal(first, second);
    }

    [Fact]
    public void Another_seed_gives_another_trace() => Assert.NotEqual(Trace(seed: 7), Trace(seed: 8));

    [Fact]
    public void A_trace_has_the_same_hash_whether_it_is_written_or_not()
    {
        var options = new SimOptions { Seed = 9, Length = TimeSpan.FromMinutes(1) };
        Assert.Equal(Simulation.Run(options).Hash, Simulation.Run(options with { Trace = _ => { } }).Hash);
    }

    [Fact]
    public void Without_faults_every_promise_holds_and_clients_get_updates()
    {
        var result = Simulation.Run(new SimOptions { Seed = 3, Length = TimeSpan.FromMinutes(1), Kinds = [] });
        Assert.Null(result.Broken);
        Assert.InRange(result.Deliveries, 500, int.MaxValue);
    }

    [Fact]
    public void Work_that_another_thread_gives_to_an_actor_ends_the_run()
    {
        var loop = new SimLoop(seed: 1);
        var lane = new Lane(loop, "a");
        var thread = new Thread(() => loop.After(TimeSpan.Zero, lane.Resume));
        thread.Start();
        thread.Join();
        Assert.True(loop.IsOver);
        Assert.Contains("another thread", loop.Escaped);
    }

    [Fact]
    public void Leaving_a_fault_out_changes_none_of_the_others()
    {
        var all = Schedule.Draw(new SimOptions { Seed = 17 }, machines: 3).Faults.ToArray();
        Assert.True(all.Length > 5);
        foreach (var fault in all)
        {
            var others = all.Where(other => other != fault).ToArray();
            var options = new SimOptions { Seed = 17, Keep = others.Select(other => other.Number).ToHashSet() };
            Assert.Equal(others, Schedule.Draw(options, machines: 3).Faults);
        }
    }

    private static List<string> Trace(int seed)
    {
        var lines = new List<string>();
        var result = Simulation.Run(new SimOptions { Seed = seed, Length = TimeSpan.FromMinutes(1), Trace = lines.Add });
        lines.Add(result.Hash.ToString(CultureInfo.InvariantCulture));
        return lines;
    }
}
