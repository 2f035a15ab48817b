using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Bridge;

public class BridgeActorSpecs(ITestOutputHelper output) : BridgeSpec(output)
{
    [Fact]
    public void An_underlying_reaches_general_and_its_room_byte_for_byte_and_the_store()
    {
        var general = Listen(Room.General);
        var product = Listen(Room.Product("NIFTY"));
        StartBridge();
        AwaitAssert(() => Assert.Equal(1, Feed.Subscribers));
        var json = Price("NIFTY", 21500.50m);

        Feed.Publish(Underlying, json);

        var wide = general.ExpectMsg<RoomEvent>();
        var single = product.ExpectMsg<RoomEvent>();
        Assert.Equal(json, Text(wide.Update));
        Assert.Same(wide.Update, single.Update);
        Assert.Equal(1, wide.Update.Position.Sequence);
        Assert.Equal(Lease.Epoch, wide.Update.Position.Epoch);
        AwaitAssert(() => Assert.Equal(json, Text(Latest.Values[ConflationKey.Underlying("NIFTY")])));
    }
}
