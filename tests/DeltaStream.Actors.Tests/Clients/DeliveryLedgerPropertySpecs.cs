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

    private static void Run(int number)
    {
        var random = new Random(number);
        var node = new NodeModel();
        try
        {
            for (var left = random.Next(10, 200); left > 0; left--) node.Step(random.Next(100_000));
            node.Finish();
        }
        catch (Xunit.Sdk.XunitException broken)
        {
            Assert.Fail($"schedule {number}: {broken.Message}");
        }
    }
}
