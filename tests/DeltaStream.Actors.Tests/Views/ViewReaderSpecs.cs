using System.Text;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Tests.Views;

/// <summary>What view fields are taken, and in which form they are granted.</summary>
public sealed class ViewReaderSpecs
{
    private static readonly Room Narrow = Room.Chain("NIFTY", "2026-11-26");

    [Theory]
    [InlineData("""{"mode":"full"}""", """{"mode":"full"}""")]
    [InlineData("""{"mode":"delta"}""", """{"mode":"delta","format":"rows"}""")]
    [InlineData("""{"mode":"full","format":"rows"}""", """{"mode":"full"}""")]
    [InlineData("""{"strikes":10}""", """{"mode":"full","window":{"atm":[10,10]}}""")]
    [InlineData("""{"strikes":1.0}""", """{"mode":"full","window":{"atm":[1,1]}}""")]
    [InlineData("""{"window":{"atm":50}}""", """{"mode":"full","window":{"atm":[50,50]}}""")]
    [InlineData("""{"window":{"atm":[0,50]}}""", """{"mode":"full","window":{"atm":[0,50]}}""")]
    [InlineData("""{"window":{"percent":2.5}}""", """{"mode":"full","window":{"percent":2.5}}""")]
    [InlineData("""{"window":{"percent":100}}""", """{"mode":"full","window":{"percent":100}}""")]
    [InlineData("""{"window":{"between":[21000.0,2.2e4]}}""", """{"mode":"full","window":{"between":[21000,22000]}}""")]
    [InlineData("""{"window":{"list":[3,1,2.50,1.0]}}""", """{"mode":"full","window":{"list":[1,2.5,3]}}""")]
    [InlineData("""{"window":{"list":[-0.0]}}""", """{"mode":"full","window":{"list":[0]}}""")]
    [InlineData("""{"sides":"calls"}""", """{"mode":"full","sides":"calls"}""")]
    [InlineData("""{"sides":"both"}""", """{"mode":"full","sides":"both"}""")]
    [InlineData("""{"fields":["bid","größe","a\"b"]}""", """{"mode":"full","fields":["bid","größe","a\"b"]}""")]
    [InlineData("""{"preset":"ltp"}""", """{"mode":"full","fields":["last"]}""")]
    [InlineData("""{"preset":"quote"}""", """{"mode":"full","fields":["bid","ask","last","volume","open_interest"]}""")]
    [InlineData("""{"preset":"greeks"}""", """{"mode":"full","fields":["last","iv","delta","gamma","theta","vega"]}""")]
    [InlineData("""{"max_rate":1000}""", """{"mode":"full","max_rate":20}""")]
    [InlineData("""{"max_rate":4.99}""", """{"mode":"full","max_rate":2}""")]
    [InlineData("""{"max_rate":0.1}""", """{"mode":"full","max_rate":0.1}""")]
    [InlineData("""{"status":true,"meta":true}""", """{"mode":"full","status":true,"meta":true}""")]
    [InlineData("""{"status":false,"meta":true}""", """{"mode":"full","meta":true}""")]
    [InlineData("""{"mode":"full","mode":"delta"}""", """{"mode":"delta","format":"rows"}""")]
    [InlineData("""{"m\u006fde":"delta"}""", """{"mode":"delta","format":"rows"}""")]
    [InlineData("""{"type":"chain","symbol":"NIFTY","strikes":null,"meta":true}""", """{"mode":"full","meta":true}""")]
    [InlineData(
        """{"meta":true,"status":true,"max_rate":3,"preset":"ltp","sides":"puts","strikes":5,"format":"compact","mode":"delta"}""",
        """{"mode":"delta","format":"compact","window":{"atm":[5,5]},"sides":"puts","fields":["last"],"max_rate":2,"status":true,"meta":true}""")]
    public void A_view_is_granted_in_one_form(string entry, string granted)
    {
        var read = ViewReader.Read(Encoding.UTF8.GetBytes(entry), Narrow);

        Assert.Null(read.Error);
        Assert.Equal(granted, Encoding.UTF8.GetString(ViewText.Of(read.View!)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"type":"chain","symbol":"NIFTY","other":{"mode":"delta"}}""")]
    [InlineData("""{"mode":null,"have":null,"strikes":null}""")]
    [InlineData("""{"status":false,"meta":false}""")]
    [InlineData("""{"status":null,"meta":false,"mode":null}""")]
    public void Without_view_fields_there_is_no_view(string entry) => Assert.Equal(default, ViewReader.Read(Encoding.UTF8.GetBytes(entry), Narrow));

    [Theory]
    [InlineData("")]
    [InlineData("!!!!!!!!!!!")]
    [InlineData("AAAAAAAAAAB")]
    [InlineData("AAAAAAAAAA=")]
    [InlineData("ééééééééééé")]
    [InlineData("           ")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA")]
    public void A_text_that_is_not_a_version_is_a_version_that_no_node_knows(string text) => Assert.Equal(0UL, ViewVersion.Parse(text).Name);

    [Fact]
    public void A_version_is_read_back_from_its_text()
    {
        var version = new ViewVersion(0x8877_6655_4433_2211);

        Assert.Equal(version.Name, ViewVersion.Parse(version.Text).Name);
    }

    [Theory]
    [InlineData("""{"strikes":0}""", "strikes must be an integer from 1 to 50")]
    [InlineData("""{"strikes":51}""", "strikes must be an integer from 1 to 50")]
    [InlineData("""{"strikes":2.5}""", "strikes must be an integer from 1 to 50")]
    [InlineData("""{"strikes":"5"}""", "strikes must be an integer from 1 to 50")]
    [InlineData("""{"strikes":1e400}""", "strikes must be an integer from 1 to 50")]
    [InlineData("""{"strikes":5,"window":{"atm":5}}""", "strikes is short for a window, so there can't be both")]
    [InlineData("""{"window":5}""", "window must be an object with exactly one of atm, percent, between and list")]
    [InlineData("""{"window":{}}""", "window must be an object with exactly one of atm, percent, between and list")]
    [InlineData("""{"window":{"near":5}}""", "window must be an object with exactly one of atm, percent, between and list")]
    [InlineData("""{"window":{"atm":5,"percent":1}}""", "window must be an object with exactly one of atm, percent, between and list")]
    [InlineData("""{"window":{"atm":0}}""", "window must have an integer from 1 to 50 as atm, or a pair of integers from 0 to 50 that are not both 0")]
    [InlineData("""{"window":{"atm":[0,0]}}""", "window must have an integer from 1 to 50 as atm, or a pair of integers from 0 to 50 that are not both 0")]
    [InlineData("""{"window":{"atm":[1,51]}}""", "window must have an integer from 1 to 50 as atm, or a pair of integers from 0 to 50 that are not both 0")]
    [InlineData("""{"window":{"atm":[1,2,3]}}""", "window must have an integer from 1 to 50 as atm, or a pair of integers from 0 to 50 that are not both 0")]
    [InlineData("""{"window":{"percent":0}}""", "window must have a number over 0 and at most 100 as percent")]
    [InlineData("""{"window":{"percent":100.5}}""", "window must have a number over 0 and at most 100 as percent")]
    [InlineData("""{"window":{"percent":"5"}}""", "window must have a number over 0 and at most 100 as percent")]
    [InlineData("""{"window":{"between":[2,1]}}""", "window must have a pair of numbers, the lower one first, as between")]
    [InlineData("""{"window":{"between":[1,1e999]}}""", "window must have a pair of numbers, the lower one first, as between")]
    [InlineData("""{"window":{"between":[1]}}""", "window must have a pair of numbers, the lower one first, as between")]
    [InlineData("""{"window":{"list":[]}}""", "window must have an array of 1 to 50 strikes as list")]
    [InlineData("""{"window":{"list":[1,"2"]}}""", "window must have an array of 1 to 50 strikes as list")]
    [InlineData("""{"sides":"call"}""", "sides must be \"both\", \"calls\" or \"puts\"")]
    [InlineData("""{"fields":"bid"}""", "fields must be an array of 1 to 32 names")]
    [InlineData("""{"fields":[]}""", "fields must be an array of 1 to 32 names")]
    [InlineData("""{"fields":[1]}""", "fields must be an array of 1 to 32 names")]
    [InlineData("""{"fields":["\ud800"]}""", "fields must be names of at most 64 bytes")]
    [InlineData("""{"fields":["éééééééééééééééééééééééééééééééé€"]}""", "fields must be names of at most 64 bytes")]
    [InlineData("""{"fields":["bid","strike"]}""", "fields must not name strike, which is always there")]
    [InlineData("""{"fields":["bid","b\u0069d"]}""", "fields must be different names")]
    [InlineData("""{"preset":"all"}""", "preset must be \"ltp\", \"quote\" or \"greeks\"")]
    [InlineData("""{"preset":"ltp","fields":["bid"]}""", "preset is short for fields, so there can't be both")]
    [InlineData("""{"mode":"patch"}""", "mode must be \"full\" or \"delta\"")]
    [InlineData("""{"mode":1}""", "mode must be \"full\" or \"delta\"")]
    [InlineData("""{"format":"columns"}""", "format must be \"rows\" or \"compact\"")]
    [InlineData("""{"format":"compact","preset":"ltp"}""", "format \"compact\" is for mode \"delta\" only")]
    [InlineData("""{"format":"compact","mode":"delta"}""", "format \"compact\" needs fields or a preset")]
    [InlineData("""{"max_rate":0.09}""", "max_rate must be a number, at least 0.1")]
    [InlineData("""{"max_rate":"1"}""", "max_rate must be a number, at least 0.1")]
    [InlineData("""{"have":"AAAAAAAAAAA"}""", "have is for mode \"delta\" only")]
    [InlineData("""{"mode":"delta","have":{"2026-11-26":"AAAAAAAAAAA"}}""", "have must be a version, as a text")]
    [InlineData("""{"status":"yes"}""", "status must be true")]
    [InlineData("""{"meta":1}""", "meta must be true")]
    public void A_wrong_field_is_named(string entry, string error)
    {
        var read = ViewReader.Read(Encoding.UTF8.GetBytes(entry), Narrow);

        Assert.Null(read.View);
        Assert.Equal(error, read.Error);
    }

    [Fact]
    public void Compact_views_have_at_most_thirty_fields_and_others_thirty_two()
    {
        Assert.Null(Read(32, "rows").Error);
        Assert.Equal("fields must be an array of 1 to 32 names", Read(33, "rows").Error);
        Assert.Null(Read(30, "compact").Error);
        Assert.Equal("fields must be at most 30 names in format \"compact\"", Read(31, "compact").Error);

        static ViewRequest Read(int count, string format)
        {
            var names = string.Join(',', Enumerable.Range(0, count).Select(it => $"\"f{it}\""));
            return ViewReader.Read(Encoding.UTF8.GetBytes($$"""{"mode":"delta","format":"{{format}}","fields":[{{names}}]}"""), Narrow);
        }
    }

    [Theory]
    [InlineData("""{"strikes":5}""", "strikes")]
    [InlineData("""{"mode":"full"}""", "mode")]
    [InlineData("""{"preset":"ltp","meta":true}""", "preset")]
    [InlineData("""{"have":{}}""", "have")]
    public void Rooms_without_chains_take_rate_status_and_meta_alone(string entry, string wrong)
    {
        foreach (var room in (Room[])[Room.General, Room.Product("NIFTY")])
        {
            Assert.Equal($"{wrong} is for rooms of chains only", ViewReader.Read(Encoding.UTF8.GetBytes(entry), room).Error);
            var read = ViewReader.Read("""{"max_rate":1,"status":true,"meta":true}"""u8, room);
            Assert.Equal("""{"mode":"full","max_rate":1,"status":true,"meta":true}""", Encoding.UTF8.GetString(ViewText.Of(read.View!)));
            Assert.Same(ViewShape.Whole, read.View!.Shape);
        }
    }

    [Fact]
    public void The_versions_that_a_client_holds_are_read_by_expiry()
    {
        var one = ViewReader.Read("""{"mode":"delta","have":"AQAAAAAAAAA"}"""u8, Narrow);
        var all = ViewReader.Read("""{"mode":"delta","have":{"26-Nov-2026":"AQAAAAAAAAA","2026-12-31":"garbage","soon":"x","2027-01-28":null}}"""u8, Room.Chain("NIFTY"));

        Assert.Equal(1ul, one.Have!["2026-11-26"].Name);
        Assert.Equal("AQAAAAAAAAA", one.Have["2026-11-26"].Text);
        Assert.Equal(["2026-11-26", "2026-12-31"], all.Have!.Keys.Order());
        Assert.Equal((1ul, 0ul), (all.Have["2026-11-26"].Name, all.Have["2026-12-31"].Name));
    }

    [Theory]
    [InlineData("""{"mode":"delta","have":"v"}""", """{"mode":"delta"}""")]
    [InlineData("""{"strikes":5,"sides":"both"}""", """{"window":{"atm":[5,5]}}""")]
    [InlineData("""{"window":{"between":[1,2]}}""", """{"window":{"between":[1.0,2e0]}}""")]
    [InlineData("""{"window":{"list":[2,1]},"max_rate":1}""", """{"window":{"list":[1,2,2.0]},"meta":true}""")]
    [InlineData("""{"preset":"ltp","status":true}""", """{"fields":["last"]}""")]
    public void Views_that_reduce_alike_have_equal_shapes(string left, string right)
    {
        var (one, other) = (ShapeOf(left), ShapeOf(right));

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.Equal(one.Reduction, other.Reduction);
    }

    [Fact]
    public void Shapes_that_differ_are_not_equal()
    {
        ViewShape[] shapes =
        [
            ViewShape.Whole, ShapeOf("""{"mode":"delta"}"""), ShapeOf("""{"strikes":5}"""), ShapeOf("""{"strikes":6}"""), ShapeOf("""{"sides":"puts"}"""),
            ShapeOf("""{"preset":"ltp"}"""), ShapeOf("""{"preset":"ltp","mode":"delta"}"""), ShapeOf("""{"preset":"ltp","mode":"delta","format":"compact"}"""),
        ];

        Assert.Equal(shapes.Length, shapes.Distinct().Count());
        Assert.Equal([false, true, true, true, true, true, true, true], shapes.Select(it => it.IsMade));
    }

    private static ViewShape ShapeOf(string entry) => ViewReader.Read(Encoding.UTF8.GetBytes(entry), Narrow).View!.Shape;
}
