using System.Text;
using DeltaStream.SocketIO.Framing;
using DeltaStream.SocketIO.Tests.Framing;

namespace DeltaStream.SocketIO.Tests.Fuzz;

/// <summary>Good inputs, and inputs that are nearly good, for the mutator to start from.</summary>
internal static class Corpus
{
    public static IReadOnlyList<byte[]> SocketPackets { get; } = Utf8(
    [
        "0", "0{}", "0/custom,", """0/custom,{"token":"123"}""", "1", "1/custom,", """2["subscribe",{"type":"chain","symbol":"NIFTY","expiry":"2026-11-26"}]""",
        """2456["message",1,"2",{"3":[true]}]""", """2/custom,0["a"]""", "31[]", """3/custom,12["x",null]""", """4{"message":"no"}""",
        """51-["a",{"_placeholder":true,"num":0}]""", """52-/custom,3["a",{"_placeholder":true,"num":1},[{"_placeholder":true,"num":0}]]""",
        """50-["a"]""", "61-7[{\"_placeholder\":true,\"num\":0}]", """2["\ud83d\ude00","\ud800",1.5e-7,-0]""", """2["connect"]""",
        "2[\"a\"," + new string('[', 60) + new string(']', 60) + "]", "2[\"a\"," + new string('[', 190) + new string(']', 190) + "]",
        "2[\"a\",{\"b\":{\"b\":{\"b\":{\"b\":1,\"b\":2}}}}]", "2[\"größe\",\"€\"]",
    ]);

    public static IReadOnlyList<byte[]> PollingPayloads { get; } = Utf8(
    [
        "4hello", "2probe", "1", "3", "4a\u001e4b\u001e6", "bAQIDBA==", "b", "4a\u001ebAA==\u001e4€", "0{\"sid\":\"x\"}",
        "40/custom,{}\u001e42[\"a\"]\u001e451-[\"b\",{\"_placeholder\":true,\"num\":0}]\u001ebAQI=",
        string.Concat(Enumerable.Repeat("3\u001e", 150)) + "3",
    ]);

    public static IReadOnlyList<byte[]> Queries { get; } = Utf8(
    [
        "?EIO=4&transport=polling", "?EIO=4&transport=websocket&sid=abc%2Ddef", "EIO=4&transport=polling&t=P1x&b64=1&sid=a", "4hello", "2probe",
        "dGhlIHNhbXBsZSBub25jZQ==", "?EIO=%34&transport=%70olling&sid=%ff%c3%28&&=&==&a", "?transport=polling&EIO=3",
    ]);

    public static IReadOnlyList<byte[]> Frames { get; } =
    [
        ClientFrame.Text("hello"),
        ClientFrame.Text("42[\"größe\",\"€\"]"),
        ClientFrame.Make(WebSocketOpcode.Binary, new byte[199]),
        ClientFrame.Make(WebSocketOpcode.Binary, new byte[201]),
        ClientFrame.Make(WebSocketOpcode.Ping, [1, 2, 3]),
        ClientFrame.Make(WebSocketOpcode.Close, [3, 0xe8, 0x61]),
        ClientFrame.Make(WebSocketOpcode.Close, []),
        [.. ClientFrame.Text("a", false), .. ClientFrame.Make(WebSocketOpcode.Pong, []), .. ClientFrame.Continuation("b")],
        [.. ClientFrame.Make(WebSocketOpcode.Binary, new byte[90], false), .. ClientFrame.Continuation(new string('x', 90)), .. ClientFrame.Text("z")],
        [.. ClientFrame.Text("a"), .. ClientFrame.Text("b"), .. ClientFrame.Text("c"), .. ClientFrame.Make(WebSocketOpcode.Ping, [])],
        [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4],
        [0x81, 0x01, 0x61],
    ];

    private static byte[][] Utf8(IEnumerable<string> texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}
