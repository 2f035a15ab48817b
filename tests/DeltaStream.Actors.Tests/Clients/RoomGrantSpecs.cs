using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>Which rooms a token's patterns cover.</summary>
public class RoomGrantSpecs
{
    private static readonly string[] Rooms =
        ["general", "product:NIFTY", "product:NIFTY BANK", "chain:NIFTY", "chain:NIFTY:2026-11-26", "chain:NIFTY:2026-12-31", "chain:SENSEX"];

    [Theory]
    [InlineData("general", "general")]
    [InlineData("product:NIFTY", "product:NIFTY")]
    [InlineData("product:*", "product:NIFTY", "product:NIFTY BANK")]
    [InlineData("chain:NIFTY", "chain:NIFTY", "chain:NIFTY:2026-11-26", "chain:NIFTY:2026-12-31")]
    [InlineData("chain:NIFTY:*", "chain:NIFTY", "chain:NIFTY:2026-11-26", "chain:NIFTY:2026-12-31")]
    [InlineData("chain:NIFTY:2026-11-26", "chain:NIFTY:2026-11-26")]
    [InlineData("chain:*", "chain:NIFTY", "chain:NIFTY:2026-11-26", "chain:NIFTY:2026-12-31", "chain:SENSEX")]
    [InlineData("*", "general", "product:NIFTY", "product:NIFTY BANK", "chain:NIFTY", "chain:NIFTY:2026-11-26", "chain:NIFTY:2026-12-31", "chain:SENSEX")]
    [InlineData("product:NIF*")]
    [InlineData("product:nifty")]
    [InlineData("*:NIFTY")]
    [InlineData("chain:*:2026-11-26")]
    [InlineData("General")]
    [InlineData(" general")]
    [InlineData("")]
    public void A_pattern_covers_exactly_these_rooms(string pattern, params string[] covered) =>
        Assert.Equal(covered, Rooms.Where(name => RoomGrant.Of([pattern]).Covers(Parse(name))));

    [Theory]
    [InlineData("general", false, false)]
    [InlineData("*", true, true)]
    [InlineData("product:NIFTY", true, false)]
    [InlineData("product:*", true, false)]
    [InlineData("chain:NIFTY", true, true)]
    [InlineData("chain:NIFTY:2026-11-26", true, true)]
    [InlineData("chain:NIFTY:BANK", false, false)]
    [InlineData("chain:SENSEX", false, false)]
    public void A_pattern_covers_a_product_that_has_a_covered_room(string pattern, bool isCovered, bool hasChains)
    {
        var grant = RoomGrant.Of([pattern]);
        Assert.Equal((isCovered, hasChains), (grant.CoversProduct("NIFTY"), grant.CoversChainsOf("NIFTY")));
    }

    [Fact]
    public void Several_patterns_cover_the_rooms_that_any_of_them_covers()
    {
        var grant = RoomGrant.Of(["general", "chain:SENSEX"]);
        Assert.Equal(["general", "chain:SENSEX"], Rooms.Where(name => grant.Covers(Parse(name))));
    }

    [Fact]
    public void Without_a_list_all_rooms_are_covered_and_with_an_empty_list_none()
    {
        Assert.All(Rooms, name => Assert.True(RoomGrant.Of(null).Covers(Parse(name))));
        Assert.All(Rooms, name => Assert.False(RoomGrant.Of([]).Covers(Parse(name))));
    }

    [Fact]
    public void A_grant_made_again_from_its_patterns_is_the_same()
    {
        Assert.Null(RoomGrant.All.Patterns);
        Assert.Equal(["general", "product:*"], RoomGrant.Of(RoomGrant.Of(["general", "product:*"]).Patterns).Patterns);
    }

    private static Room Parse(string name) => Room.TryParse(name, out var room) ? room! : throw new ArgumentException(name);
}
