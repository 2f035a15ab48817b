namespace DeltaStream.Actors.Tests.Clients;

public class DeliveryLedgerPropertySpecs
{
    private const int Schedules = 10_000;

    /// <summary>Random schedules, the same in each run: a schedule that breaks a promise is named by its number.</summary>
    [Fact]
    public void In_any_interleaving_nothing_comes_twice_nothing_goes_back_and_the_last_value_comes()
    {
        for (var number = 0; number < Schedules; number++) Run(number);
    }

    /// <summary>Found by trying millions of them: each broke a promise once.</summary>
    [Theory]
    [InlineData(1_942_327)]
    [InlineData(2_985_721)]
    public void A_schedule_that_broke_a_promise_does_so_no_more(int number) => Run(number);

    /// <summary>Without two publishers that overtake one another, and with nothing under way that the cache offers: decision 13 says why.</summary>
    [Fact]
    public void Nor_where_the_client_moves_from_node_to_node_meanwhile()
    {
        var (moves, owed) = (0, 0);
        for (var number = 0; number < Schedules; number++)
        {
            var done = Run(number, moves: true);
            (moves, owed) = (moves + done.Moves, owed + done.Owed);
        }

        Assert.InRange(moves, Schedules / 2, int.MaxValue);
        Assert.InRange(owed, Schedules / 500, int.MaxValue);
    }

    private static (int Moves, int Owed) Run(int number, bool moves = false)
    {
        var (random, moving) = (new Random(number), new Random(-number - 1));
        var node = new NodeModel { IsInOrder = moves };
        var moved = 0;
        try
        {
            for (var left = random.Next(10, 200); left > 0; left--)
            {
                if (moves && moving.Next(10) == 0 && node.Move()) moved++;
                node.Step(random.Next(100_000));
            }

            node.Finish();
            return (moved, node.Owed);
        }
        catch (Xunit.Sdk.XunitException broken)
        {
            Assert.Fail($"schedule {number}: {broken.Message}");
            throw;
        }
    }
}
