using System.Text;
using CsCheck;
using DeltaStream.Actors.Clients;

namespace DeltaStream.Actors.Tests.Clients;

public class RequestReaderSpecs
{
    private const string Subscribe = "subscribe";

    [Theory]
    [InlineData("general", """{"type":"general"}""", "general")]
    [InlineData("general takes no symbol", """{"type":"general","symbol":"NIFTY"}""", "general")]
    [InlineData("product", """{"type":"product","symbol":"NIFTY"}""", "product:NIFTY")]
    [InlineData("every kind of character", """{"type":"product","symbol":"A.b_9-&/ Z"}""", "product:A.b_9-&/ Z")]
    [InlineData("a symbol with colons and signs", """{"type":"product","symbol":"NSE:M&M (x)"}""", "product:NSE:M&M (x)")]
    [InlineData("a symbol of another script", """{"type":"product","symbol":"\u65e5\u7d4c"}""", "product:日経")]
    [InlineData("one expiry of a symbol with a colon", """{"type":"chain","symbol":"NSE:NIFTY50-INDEX","expiry":"2026-11-26"}""", "chain:NSE:NIFTY50-INDEX:2026-11-26")]
    [InlineData("expiry with the month's name", """{"type":"chain","symbol":"NIFTY","expiry":"26-Nov-2026"}""", "chain:NIFTY:2026-11-26")]
    [InlineData("expiry with the month's name alone", """{"type":"chain","symbol":"NIFTY","expiry":"26NOV2026"}""", "chain:NIFTY:2026-11-26")]
    [InlineData("expiry as a time", """{"type":"chain","symbol":"NIFTY","expiry":"2026-11-26T00:00:00Z"}""", "chain:NIFTY:2026-11-26")]
    [InlineData("chain", """{"type":"chain","symbol":"NIFTY"}""", "chain:NIFTY")]
    [InlineData("one expiry", """{"type":"chain","symbol":"NIFTY","expiry":"2026-11-26"}""", "chain:NIFTY:2026-11-26")]
    [InlineData("a null expiry is none", """{"type":"chain","symbol":"NIFTY","expiry":null}""", "chain:NIFTY")]
    [InlineData("a null expiry is none for a product too", """{"type":"product","symbol":"NIFTY","expiry":null}""", "product:NIFTY")]
    [InlineData("unknown fields", """{"x":[{"type":"chain"}],"symbol":"NIFTY","type":"product","y":{"z":1}}""", "product:NIFTY")]
    [InlineData("the last of duplicates counts", """{"type":"chain","type":"product","symbol":"A","symbol":"B"}""", "product:B")]
    [InlineData("escapes", """{"\u0074ype":"product","symbol":"\u004eIFTY"}""", "product:NIFTY")]
    public void A_valid_request_names_its_room(string name, string data, string room)
    {
        Assert.NotEmpty(name);
        Assert.Null(RequestReader.Read(Subscribe, Encoding.UTF8.GetBytes(data), out var request));
        Assert.Equal(ClientRequestKind.Subscribe, request.Kind);
        Assert.Equal(room, request.Room!.Name);
        Assert.Null(RequestReader.Read("unsubscribe", Encoding.UTF8.GetBytes(data), out request));
        Assert.Equal(ClientRequestKind.Unsubscribe, request.Kind);
        Assert.Equal(room, request.Room!.Name);
    }

    [Theory]
    [InlineData("no data", "", "missing_field")]
    [InlineData("null", "null", "missing_field")]
    [InlineData("no fields", "{}", "missing_field")]
    [InlineData("no symbol", """{"type":"product"}""", "missing_field")]
    [InlineData("no type", """{"symbol":"NIFTY"}""", "missing_field")]
    [InlineData("empty type", """{"type":"","symbol":"NIFTY"}""", "missing_field")]
    [InlineData("empty symbol", """{"type":"chain","symbol":""}""", "missing_field")]
    [InlineData("null symbol", """{"type":"chain","symbol":null}""", "missing_field")]
    [InlineData("null type", """{"type":null,"symbol":"NIFTY"}""", "missing_field")]
    [InlineData("unknown type", """{"type":"news","symbol":"NIFTY"}""", "invalid_type")]
    [InlineData("type in capitals", """{"type":"PRODUCT","symbol":"NIFTY"}""", "invalid_type")]
    [InlineData("type is a number", """{"type":1,"symbol":"NIFTY"}""", "invalid_type")]
    [InlineData("type is an object", """{"type":{"a":[1]},"symbol":"NIFTY"}""", "invalid_type")]
    [InlineData("symbol is a number", """{"type":"product","symbol":7}""", "invalid_symbol")]
    [InlineData("symbol is a list", """{"type":"product","symbol":["NIFTY"]}""", "invalid_symbol")]
    [InlineData("symbol that ends like an expiry", """{"type":"product","symbol":"A:2026-11-26"}""", "invalid_symbol")]
    [InlineData("symbol with a star", """{"type":"product","symbol":"A*"}""", "invalid_symbol")]
    [InlineData("symbol with an outer space", """{"type":"product","symbol":" A"}""", "invalid_symbol")]
    [InlineData("symbol of 65 characters", """{"type":"product","symbol":"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ012"}""", "invalid_symbol")]
    [InlineData("symbol that is not in normal form C", """{"type":"product","symbol":"e\u0301"}""", "invalid_symbol")]
    [InlineData("symbol is half a character", """{"type":"product","symbol":"\ud800"}""", "invalid_symbol")]
    [InlineData("a field is named half a character", """{"\ud800":1,"type":"product","symbol":"\ud800"}""", "invalid_symbol")]
    [InlineData("symbol breaks a line", """{"type":"product","symbol":"A\nB"}""", "invalid_symbol")]
    [InlineData("expiry is no date", """{"type":"chain","symbol":"A","expiry":"2026-02-30"}""", "invalid_expiry")]
    [InlineData("expiry in another order", """{"type":"chain","symbol":"A","expiry":"26-11-2026"}""", "invalid_expiry")]
    [InlineData("expiry is empty", """{"type":"chain","symbol":"A","expiry":""}""", "invalid_expiry")]
    [InlineData("expiry is a number", """{"type":"chain","symbol":"A","expiry":20261126}""", "invalid_expiry")]
    [InlineData("expiry with a product", """{"type":"product","symbol":"A","expiry":"2026-11-26"}""", "invalid_expiry")]
    [InlineData("a text", "\"product\"", "invalid_message")]
    [InlineData("a list", """[{"type":"general"}]""", "invalid_message")]
    [InlineData("a number", "1", "invalid_message")]
    [InlineData("cut off", """{"type":"general" """, "invalid_message")]
    [InlineData("two objects", """{"type":"general"}{}""", "invalid_message")]
    [InlineData("no JSON", "hello", "invalid_message")]
    [InlineData("a comma too many", """{"type":"general",}""", "invalid_message")]
    public void Bad_data_gets_its_code(string name, string data, string code)
    {
        Assert.NotEmpty(name);
        var error = RequestReader.Read(Subscribe, Encoding.UTF8.GetBytes(data), out _);
        Assert.Equal(code, error?.Code);
        Assert.NotEmpty(error!.Message);
    }

    [Fact]
    public void A_missing_field_is_named_as_the_Flask_gateway_did() =>
        Assert.Equal("Missing type or symbol", RequestReader.Read(Subscribe, "{}"u8, out _)!.Message);

    [Theory]
    [InlineData("")]
    [InlineData("message")]
    [InlineData("Subscribe")]
    [InlineData("connect")]
    public void An_unknown_event_is_refused(string name) =>
        Assert.Equal("unknown_event", RequestReader.Read(name, "{}"u8, out _)?.Code);

    [Theory]
    [InlineData("subscribe", """{"type":"news","symbol":"A"}""", "Type \"news\" is not product, chain or general")]
    [InlineData("subscribe", """{"type":7,"symbol":"A"}""", "Type (not a text) is not product, chain or general")]
    [InlineData("subscribe", """{"type":"chain","symbol":"A","expiry":"soon"}""", "Expiry \"soon\" is not a date such as 2026-11-26 or 26-Nov-2026")]
    [InlineData("unsubscribe", """{"type":"product","symbol":"A","expiry":"2026-11-26"}""", "Expiry \"2026-11-26\" is for the type chain only")]
    [InlineData("unsubscribe", "[1]", "The data of unsubscribe must be a JSON object")]
    [InlineData("get_expiries", "7", "The data of get_expiries must be a JSON object")]
    [InlineData("get_expiries", "{}", "Missing type or symbol")]
    [InlineData("buy", "{}", "Unknown event \"buy\": there are subscribe, unsubscribe, get_products, get_expiries, pause, resume and authenticate")]
    public void A_refusal_names_what_was_wrong(string name, string data, string message) =>
        Assert.Equal(message, RequestReader.Read(name, Encoding.UTF8.GetBytes(data), out _)?.Message);

    [Fact]
    public void A_refusal_repeats_at_most_128_characters_of_the_client_and_no_half_of_one()
    {
        var error = RequestReader.Read("subscribe", Encoding.UTF8.GetBytes($$"""{"type":"product","symbol":"{{new string('x', 127)}}😀{{new string('y', 60_000)}}"}"""), out _)!;
        Assert.StartsWith($"Symbol \"{new string('x', 127)}…\" is not 1 to ", error.Message);
        Assert.Null(RequestReader.Read(new string('e', 129), "{}"u8, out _)!.Of(new string('e', 129)).Event);
    }

    [Theory]
    [InlineData("subscribe", """{"type":"chain","symbol":"A"}""", "chain:A")]
    [InlineData("get_expiries", """{"symbol":"A"}""", "chain:A")]
    [InlineData("subscribe", "no JSON", null)]
    [InlineData("get_products", "", null)]
    public void A_message_that_is_refused_unread_is_named_with_its_room(string name, string data, string? room)
    {
        var error = RequestError.TooManyMessages(50, 150).About(name, Encoding.UTF8.GetBytes(data));
        Assert.Equal((name, room), (error.Event, error.Room?.Name));
        Assert.Equal("Too many messages: the limit is 50 a second and 150 at once", error.Message);
    }

    [Fact]
    public void Expiries_are_requested_by_the_symbol()
    {
        Assert.Null(RequestReader.Read("get_expiries", """{"symbol":"NIFTY"}"""u8, out var request));
        Assert.Equal((ClientRequestKind.GetExpiries, "NIFTY"), (request.Kind, request.Room!.Symbol));
        Assert.Equal("invalid_symbol", RequestReader.Read("get_expiries", """{"symbol":7}"""u8, out _)!.Code);
    }

    [Fact]
    public void Products_are_asked_for_with_any_data_or_none()
    {
        foreach (var data in new[] { "", "null", "{}", "[", "7" })
        {
            Assert.Null(RequestReader.Read("get_products", Encoding.UTF8.GetBytes(data), out var request));
            Assert.Equal(ClientRequestKind.GetProducts, request.Kind);
        }
    }

    [Fact]
    public void Depth_costs_neither_stack_nor_an_exception()
    {
        var deep = new string('[', 1_000_000) + new string(']', 1_000_000);
        Assert.Null(RequestReader.Read(Subscribe, Encoding.UTF8.GetBytes($$"""{"x":{{deep}},"type":"general"}"""), out _));
        Assert.Equal("invalid_message", RequestReader.Read(Subscribe, Encoding.UTF8.GetBytes($$"""{"x":{{deep[..1_500_000]}}"""), out _)?.Code);
    }

    [Fact]
    public void No_request_throws() => Gen.Select(
        Gen.Int[0, 4].Select(static i => new[] { "subscribe", "unsubscribe", "get_products", "get_expiries", "x" }[i]),
        Gen.OneOf(
            Gen.Byte.Array[0, 60],
            Gen.Select(Gen.Int[0, 60], Gen.Byte, static (at, with) =>
            {
                var data = """{"type":"chain","symbol":"NIFTY","expiry":"2026-11-26"}"""u8.ToArray();
                data[at % data.Length] = with;
                return data;
            })))
        .Sample((name, data) => RequestReader.Read(name, data, out var request) is null == (request.Kind != default), iter: 20_000);
}
