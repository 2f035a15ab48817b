namespace DeltaStream.SocketIO.Tests;

public sealed class EventPayloadSpecs
{
    public static readonly TheoryData<string, string, string, string> Payloads = new()
    {
        { """["a"]""", "a", "", "" },
        { """["a",1]""", "a", "1", "1" },
        { """["a",{"b":[1,2]},"c"]""", "a", """{"b":[1,2]},"c" """.TrimEnd(), """{"b":[1,2]}""" },
        { """["a",[[]],[]]""", "a", "[[]],[]", "[[]]" },
        { """["a",1.50,1E2,-0]""", "a", "1.50,1E2,-0", "1.50" },
        { """[ "a" , 1 , 2 ] """, "a", "1 , 2 ", "1" },
        { """["a",{"x":1,"x":2}]""", "a", """{"x":1,"x":2}""", """{"x":1,"x":2}""" },
        { """["a","\ud800"]""", "a", "\"\\ud800\"", "\"\\ud800\"" },
        { """["a",null]""", "a", "null", "null" },
        { """["",true]""", "", "true", "true" },
        { """["price\u0020\"€"]""", "price \"€", "", "" },
        { """["\ud83d\ude00"]""", "😀", "", "" },
        { """["\ud800"]""", @"\ud800", "", "" },
        { """["Connect"]""", "Connect", "", "" },
        { """[7,"x"]""", "7", "\"x\"", "\"x\"" },
    };

    [Theory]
    [MemberData(nameof(Payloads))]
    public void A_payload_is_a_name_and_arguments_as_they_were_sent(string json, string name, string arguments, string first)
    {
        Assert.Equal(SocketParseError.None, EventPayload.TryRead(json.Utf8(), out var payload));
        Assert.Equal((name, arguments, first), (payload.Name, payload.Arguments.Text(), payload.FirstArgument.Text()));
    }

    [Fact]
    public void The_arguments_are_views_of_the_bytes_that_were_read()
    {
        var json = """["a",1]"""u8.ToArray();
        EventPayload.TryRead(json, out var payload);
        json[5] = (byte)'2';
        Assert.Equal("2", payload.Arguments.Text());
        Assert.Equal("2", payload.FirstArgument.Text());
    }
}
