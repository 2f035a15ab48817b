using System.Text;
using DeltaStream.Node.Transports.Plain;

namespace DeltaStream.Node.Tests.Transports;

public class PlainMessageSpecs
{
    // text, event, data, id
    public static TheoryData<string, string, string, string?> Good => new()
    {
        { """{"event":"get_products"}""", "get_products", "", null },
        { """{"event":"subscribe","data":{"type":"product","symbol":"A"}}""", "subscribe", """{"type":"product","symbol":"A"}""", null },
        { """ { "data" : [1, 2] , "id" : 7 , "event" : "x" } """, "x", "[1, 2]", "7" },
        { """{"event":"x","id":"a\"b"}""", "x", "", "\"a\\\"b\"" },
        { """{"event":"x","id":null,"data":null}""", "x", "null", null },
        { """{"event":"x","other":{"event":"y"}}""", "x", "", null },
        { """{"event":"x","event":"y"}""", "y", "", null },
        { """{"event":"\u0061b"}""", "ab", "", null },
        { """{"\ud800":1,"event":"x"}""", "x", "", null },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void A_message_reads_as_its_parts(string json, string @event, string data, string? id)
    {
        Assert.True(PlainMessage.TryParse(Encoding.UTF8.GetBytes(json), out var message));
        Assert.Equal((@event, data, id), (message.Event, Text(message.Data), message.Id is { } bytes ? Text(bytes) : null));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("hello")]
    [InlineData("[]")]
    [InlineData("\"event\"")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"data":1}""")]
    [InlineData("""{"event":1}""")]
    [InlineData("""{"event":null}""")]
    [InlineData("""{"event":"x"} {}""")]
    [InlineData("""{"event":"x",}""")]
    [InlineData("""{"event":"x","id":true}""")]
    [InlineData("""{"event":"x","id":{}}""")]
    [InlineData("""{"event":"\ud800"}""")]
    public void A_message_that_is_not_an_event_object_is_refused(string json) =>
        Assert.False(PlainMessage.TryParse(Encoding.UTF8.GetBytes(json), out _));

    [Fact]
    public void An_id_is_at_most_128_bytes_long()
    {
        Assert.True(PlainMessage.TryParse(WithId(126), out _));
        Assert.False(PlainMessage.TryParse(WithId(127), out _));
    }

    [Fact]
    public void Nesting_too_deep_is_refused() =>
        Assert.False(PlainMessage.TryParse(Encoding.UTF8.GetBytes($$"""{"event":"x","data":{{new string('[', 100)}}{{new string(']', 100)}}}"""), out _));

    [Fact]
    public void Events_and_acknowledgements_are_one_object_each()
    {
        Assert.Equal("""{"event":"products","data":{"a":1}}""", Text(PlainProtocol.Instance.EncodeEvent("products", """{"a":1}"""u8).Bytes[2..]));
        Assert.Equal("""{"event":"ack","id":"x","data":{"a":1}}""", Text(PlainProtocol.Instance.EncodeAck("\"x\""u8, """{"a":1}"""u8).Bytes[2..]));
        Assert.Equal("""{"event":"ping"}""", Text(PlainProtocol.Instance.EncodeEvent("ping", []).Bytes[2..]));
    }

    private static byte[] WithId(int letters) => Encoding.UTF8.GetBytes($$"""{"event":"x","id":"{{new string('a', letters)}}"}""");

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
