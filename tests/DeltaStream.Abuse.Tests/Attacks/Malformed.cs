using System.Text;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>What no honest client sends.</summary>
public static class Malformed
{
    /// <summary>WebSocket frames: the connection ends.</summary>
    public static readonly IReadOnlyDictionary<string, byte[]> WebSocketFrames = new Dictionary<string, byte[]>
    {
        ["not masked"] = Frames.Of(0x81, "40"u8, masked: false),
        ["compressed without an agreement"] = Frames.Of(0xC1, "40"u8),
        ["reserved bits"] = Frames.Of(0xB1, "40"u8),
        ["an unknown opcode"] = Frames.Of(0x83, "40"u8),
        ["an unknown control opcode"] = Frames.Of(0x8B, []),
        ["a control frame in parts"] = Frames.Of(0x09, []),
        ["a control frame of 126 bytes"] = Frames.Of(0x89, new byte[126]),
        ["a continuation of nothing"] = Frames.Of(0x80, "40"u8),
        ["a message within a message"] = [.. Frames.Of(0x01, "4"u8), .. Frames.Of(0x81, "40"u8)],
        ["a length over the limit"] = Frames.Of(0x81, "40"u8, claims: 1_000_000_000),
        ["a length of 63 bits"] = Frames.Of(0x81, "40"u8, claims: long.MaxValue),
        ["a negative length"] = Frames.Of(0x81, "40"u8, claims: long.MinValue),
        ["a length in more bytes than it needs"] = [0x81, 0xFE, 0, 2, 0, 0, 0, 0, 0x34, 0x30],
        ["a text that is not UTF-8"] = Frames.Of(0x81, [0x34, 0xC0, 0x80]),
        ["a text with a lone surrogate"] = Frames.Of(0x81, [0x34, 0xED, 0xA0, 0x80]),
        ["a close of one byte"] = Frames.Of(0x88, [3]),
        ["a close with a code that nobody may send"] = Frames.Of(0x88, [3, 0xED]),
        ["a close whose reason is not UTF-8"] = Frames.Of(0x88, [3, 0xE8, 0xFF]),
        ["noise"] = Encoding.Latin1.GetBytes("\u0016\u0003\u0001\u00FF\u0080GET / HTTP/1.1\r\n\r\n"),
    };

    /// <summary>Engine.IO and Socket.IO packets: the session ends.</summary>
    public static readonly IReadOnlyList<string> Packets =
    [
        "", "9", "x", "2", "4", "49", "48", "4x", "42", "42{}", "42[]", "42[1]", "42[null]", "42[\"a\"", "42[\"a\",]", "42[\"a\",{]", "42[\"connect\"]",
        "42[\"disconnect\"]", "4299999999999999999999[\"a\"]", "42/nobody,[\"a\"]", "40", "40[]", "40{\"\\ud800\":1}", "40{\"token\":\"\\ud800\"}", "40{\"pid\":\"\\ud800\",\"offset\":[]}", "42[\"subscribe\",{\"\\ud800\":1}]", "40\"x\"", "40{", "44", "44{}", "4451-[\"a\"]",
        "451-", "451-[\"a\",{\"_placeholder\":true,\"num\":7}]", "4599-[\"a\"]", "45-1-[\"a\"]", "461-[]", "42[\"a\",\"\u0000\"]", "42[\"\\ud800\",{}] x",
        "bAAAA", "b!!!!",
    ];

    /// <summary>Messages for <c>/ws</c> that get an error: the connection goes on.</summary>
    public static readonly IReadOnlyList<string> Messages =
    [
        "", "{", "[]", "null", "0", "\"x\"", "{}", "{\"event\":1}", "{\"event\":null}", "{\"event\":\"\"}", "{\"event\":\"a\",\"data\":}", "{\"event\":\"subscribe\"}",
        "{\"event\":\"subscribe\",\"data\":[]}", "{\"event\":\"subscribe\",\"data\":{\"type\":\"product\"}}", "{\"event\":\"subscribe\",\"data\":{\"type\":1,\"symbol\":{}}}",
        "{\"event\":\"subscribe\",\"data\":{\"type\":\"product\",\"symbol\":\"\\ud800\"}}", "{\"event\":\"subscribe\",\"data\":{\"type\":\"product\",\"symbol\":\"a\\u0000b\"}}",
        "{\"event\":\"subscribe\",\"data\":{\"type\":\"chain\",\"symbol\":\"X\",\"expiry\":\"2026-13-45\"}}", "{\"event\":\"no_such_event\",\"data\":1}",
        "{\"event\":\"a\",\"id\":{}}", "{\"event\":\"a\",\"id\":1e999}", "{\"event\":\"a\",\"event\":\"b\",\"event\":[]}", "{\"\\ud800\":1}", "\ufeff{\"event\":\"a\"}",
    ];

    /// <summary>Bodies for a POST of a polling session.</summary>
    public static readonly IReadOnlyList<string> Bodies =
        ["", "\u001e", "40\u001e\u001e", "b", "b!", "9", "4\u001e9", "40\u001e2", "40\u001e42[]", "\u0000", "40\u001e4", "d=40", "{}", "41:40"];
}
