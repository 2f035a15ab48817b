using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Feed;

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

    [Theory]
    [InlineData("NSE:NIFTY50-INDEX")]
    [InlineData("^=|+#@$%()'!~/: %41")]
    [InlineData("日経225")]
    public void A_symbol_of_any_vendor_reaches_its_rooms(string symbol)
    {
        var (product, expiry) = (Listen(Room.Product(symbol)), Listen(Room.Chain(symbol, "2026-11-26")));
        StartBridge();
        AwaitAssert(() => Assert.Equal(1, Feed.Subscribers));

        Feed.Publish(Underlying, Price(symbol, 1));
        Feed.Publish(Chain, ChainOf(symbol, "2026-11-26", 1));

        Assert.Equal(ConflationKey.Underlying(symbol), product.ExpectMsg<RoomEvent>().Update.Key);
        Assert.Equal(ConflationKey.Chain(symbol, "2026-11-26"), expiry.ExpectMsg<RoomEvent>().Update.Key);
    }

    [Fact]
    public void Bad_messages_are_skipped_and_disturb_nobody()
    {
        var general = Listen(Room.General);
        StartBridge();
        AwaitAssert(() => Assert.Equal(1, Feed.Subscribers));

        Feed.Publish(Underlying, "{\"product\": NaN}");
        Feed.Publish("enriched:other", "{}");
        Feed.Publish(Underlying, [0xff, 0xfe]);
        Feed.Publish(Underlying, "{}");
        Feed.Publish(Underlying, Price("NIFTY", 1));

        Assert.Equal(ConflationKey.Underlying("NIFTY"), general.ExpectMsg<RoomEvent>().Update.Key);
        Assert.Equal(1, Feed.Attempts);
    }

    [Fact]
    public void A_chain_goes_as_a_summary_to_general_and_as_itself_to_its_two_rooms()
    {
        var (general, chains, expiry) = (Listen(Room.General), Listen(Room.Chain("NIFTY")), Listen(Room.Chain("NIFTY", "2026-11-26")));
        StartBridge();
        AwaitAssert(() => Assert.Equal(1, Feed.Subscribers));
        var json = ChainOf("NIFTY", "2026-11-26", 21500.50m);

        Feed.Publish(Chain, json);

        var summary = general.ExpectMsg<RoomEvent>().Update;
        var update = chains.ExpectMsg<RoomEvent>().Update;
        Assert.Same(update, expiry.ExpectMsg<RoomEvent>().Update);
        Assert.Equal(json, Text(update));
        Assert.Equal("""{"product":"NIFTY","expiry":"2026-11-26","spot_price":21500.50,"pcr_oi":1.10,"max_pain_strike":21650.0,"atm_straddle_price":null,"timestamp":"2026-11-23T10:00:00"}""", Text(summary));
        Assert.Equal((update.Position, update.Hash), (summary.Position, summary.Hash));
        AwaitAssert(() => Assert.Equal(MarketEvent.ChainUpdate, Latest.Values[ConflationKey.Chain("NIFTY", "2026-11-26")].Event));
        general.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }
}
