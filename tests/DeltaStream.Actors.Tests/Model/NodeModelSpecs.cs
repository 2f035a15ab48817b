namespace DeltaStream.Actors.Tests.Model;

/// <summary>
/// The promises to clients, held against random schedules of a modelled node around its real order, room book and clients' rooms.
/// A schedule that breaks one is named by its number, and shrunk.
/// </summary>
public class NodeModelSpecs
{
    private const int Ordinary = 10_000;
    private const int Full = 2_500_000;

    [Fact]
    public void In_any_schedule_updates_come_once_in_order_and_the_last_one_comes() => Run(0, Ordinary, moves: false);

    /// <summary>Without two publishers that overtake one another: decision 13 says why.</summary>
    [Fact]
    public void In_any_schedule_with_moves_updates_come_once_in_order_and_the_last_one_comes() => Assert.InRange(Run(0, Ordinary, moves: true), Ordinary / 2, int.MaxValue);

    [Fact]
    [Trait("Category", "Full")]
    public void In_millions_of_schedules_no_promise_breaks() => Run(Ordinary, Full, moves: false);

    [Fact]
    [Trait("Category", "Full")]
    public void In_millions_of_schedules_with_moves_no_promise_breaks() => Run(Ordinary, Full, moves: true);

    public static TheoryData<string, string> Traps
    {
        get
        {
            var traps = new TheoryData<string, string>();
            foreach (var (mechanism, schedule) in ModelTraps.All) traps.Add(mechanism, schedule);
            return traps;
        }
    }

    [Theory]
    [MemberData(nameof(Traps))]
    public void A_schedule_that_fails_without_a_mechanism_passes_with_it(string mechanism, string schedule)
    {
        var broken = ModelSchedule.Parse(schedule).Run(out _);
        Assert.True(broken is null, $"{mechanism}: {broken?.Message}");
    }

    /// <returns>How often clients moved.</returns>
    private static int Run(int from, int count, bool moves)
    {
        var (moved, broken) = (0, -1);
        // Specs of real time run beside the ordinary ones.
        var threads = new ParallelOptions { MaxDegreeOfParallelism = count == Full ? Environment.ProcessorCount : 1 };
        Parallel.For(from, from + count, threads, (number, state) =>
        {
            if (ModelSchedule.Random(number, moves).Run(out var world) is null)
            {
                Interlocked.Add(ref moved, world!.Moves);
                return;
            }

            Interlocked.CompareExchange(ref broken, number, -1);
            state.Stop();
        });
        if (broken < 0) return moved;
        var shrunk = ModelSchedule.Random(broken, moves).Shrink();
        Assert.Fail($"schedule {broken} breaks a promise, shrunk: \"{shrunk}\": {shrunk.Run(out _)!.Message}");
        return moved;
    }
}
