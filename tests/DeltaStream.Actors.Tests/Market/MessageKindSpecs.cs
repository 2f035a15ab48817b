using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Market;

/// <summary>The table of kinds is complete and says of each kind what the protocol promises.</summary>
public class MessageKindSpecs
{
    public static TheoryData<string, string, string, string, int> Published => new()
    {
        { "underlying", "enriched:underlying", "underlying_update", "underlying_update", 60 },
        { "chain", "enriched:option_chain", "chain_update", "chain_summary", 60 },
        { "market_status", "enriched:market_status", "market_status", "market_status", 604_800 },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void A_kind_has_its_published_names(string name, string channel, string update, string inGeneral, int life)
    {
        var kind = MessageKind.OnChannel(channel)!;
        Assert.Equal((name, update, inGeneral, life), (kind.Name, kind.Update.Name, kind.InGeneral.Name, (int)kind.Life.TotalSeconds));
        Assert.Equal(RoomKind.General, kind.InGeneral.Wide);
    }

    [Fact]
    public void Every_kind_has_its_published_names_in_this_table() => Assert.Equal(Published.Count, MessageKind.All.Count);

    [Fact]
    public void Numbers_names_and_channels_are_unique()
    {
        Assert.Distinct(MarketEvent.All.Select(@event => @event.Number));
        Assert.Distinct(MessageKind.All.Select(kind => kind.Channel));
        Assert.Distinct(MessageKind.All.Select(kind => kind.Name));
        Assert.Distinct(MarketEvent.All.Select(@event => @event.Name));
    }

    [Fact]
    public void A_kind_has_one_symbol_a_time_and_a_headline_among_its_fields()
    {
        Assert.All(MessageKind.All, kind =>
        {
            Assert.Single(kind.Fields, field => field.Role == FieldRole.Symbol);
            Assert.Single(kind.Fields, field => field.Role == FieldRole.Timestamp);
            Assert.Single(kind.Fields, field => field.Name == kind.Headline);
            Assert.Equal(kind.Summary is not null, kind.Fields.Any(field => field.IsInSummary));
        });
    }

    [Theory]
    [InlineData("enriched:other")]
    [InlineData("underlying")]
    public void Other_channels_have_no_kind(string channel) => Assert.Null(MessageKind.OnChannel(channel));

    [Fact]
    public void Every_event_belongs_to_the_kind_that_it_carries() => Assert.All(
        MarketEvent.All, @event => Assert.Contains(@event, new[] { @event.Kind.Update, @event.Kind.Summary }));

    [Fact]
    public void An_update_goes_to_its_wide_room_first()
    {
        Assert.Equal(["general", "product:NIFTY"], Names(MarketEvent.UnderlyingUpdate, ConflationKey.Underlying("NIFTY")));
        Assert.Equal(["chain:NIFTY", "chain:NIFTY:2026-11-26"], Names(MarketEvent.ChainUpdate, ConflationKey.Chain("NIFTY", "2026-11-26")));
        Assert.Equal(["general"], Names(MarketEvent.ChainSummary, ConflationKey.Chain("NIFTY", "2026-11-26")));
        Assert.Equal(["general"], Names(MarketEvent.MarketStatus, ConflationKey.MarketStatus("NSE")));
    }

    private static IEnumerable<string> Names(MarketEvent @event, ConflationKey key) => @event.RoomsOf(key).Select(room => room.Name);
}
