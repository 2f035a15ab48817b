using CsCheck;

namespace DeltaStream.Actors.Tests.Clients;

public class DeliveryLedgerPropertySpecs
{
    [Fact]
    public void In_any_interleaving_nothing_comes_twice_nothing_goes_back_and_the_last_value_comes() =>
        Gen.Int[0, 100_000].Array[10, 200].Sample(
            choices =>
            {
                var node = new NodeModel();
                foreach (var choice in choices) node.Step(choice);
                node.Finish();
            },
            iter: 3_000,
            print: it => string.Join(',', it));
}
