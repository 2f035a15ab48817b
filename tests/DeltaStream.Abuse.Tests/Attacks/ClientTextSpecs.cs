using System.Text;
using System.Text.Json;
using Xunit.Abstractions;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>Every string that a client controls, on a node that logs all that it can: none is in the log, as a line or in one.</summary>
[Collection(TalkativeCollection.Name)]
public sealed class ClientTextSpecs(TalkativeNode node, ITestOutputHelper output) : AttackSpec(node, output)
{
    private static readonly string[] Headers =
    [
        "User-Agent", "Referer", "Cookie", "Authorization", "Accept-Language", "Content-Type", "X-Request-Id", "traceparent", "tracestate", "X-Forwarded-For", "X-Forwarded-Host",
        "X-Forwarded-Proto", "Forwarded", "Origin", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Access-Control-Request-Method", "Access-Control-Request-Headers", "If-None-Match", "Range",
    ];

    [Fact]
    public Task Nothing_that_a_client_writes_is_in_the_log_at_any_level() => AttackAsync(async () =>
    {
        var lines = Abused.Node.Lines.Count;
        foreach (var text in InjectionSpecs.Texts)
        {
            await RequestsAsync(text);
            await SocketIoAsync(text);
            await PlainAsync(text);
            await PollingAsync(text);
        }
        // The log is written behind what happens: by then all of it is there.
        await using (var last = await TestClient.ConnectAsync(Abused.Node)) await last.SubscribeAsync("product", "LASTLINE");
        await Eventually.True(() => Abused.Node.Lines.Skip(lines).Any(line => line.Contains("LASTLINE", StringComparison.Ordinal)), "the log is written", TimeSpan.FromSeconds(30));
        Assert.All(Abused.Node.Lines.Skip(lines), line =>
        {
            using var _ = JsonDocument.Parse(line);
            Assert.DoesNotContain("forged", line, StringComparison.OrdinalIgnoreCase);
        });
    });

    private async Task RequestsAsync(string text)
    {
        var (inUrl, inHeader) = (Uri.EscapeDataString(text), text.Replace("\r", "").Replace("\n", "\r\n "));
        string[] requests =
        [
            $"GET /socket.io/?EIO=4&transport={inUrl}", $"GET /socket.io/?EIO=4&transport=polling&t={inUrl}&j={inUrl}&token={inUrl}", $"GET /socket.io/{inUrl}?EIO=4&transport=polling",
            $"POST /socket.io/?EIO=4&transport=polling&sid={inUrl}", $"GET /health/{inUrl}", $"GET /metrics?{inUrl}", $"GET /css/{inUrl}", "FORGED /socket.io/?EIO=4&transport=polling", "FORGED /",
        ];
        foreach (var request in requests) await SayAsync($"{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        foreach (var header in Headers)
            foreach (var path in new[] { "/socket.io/?EIO=4&transport=polling", "/ws", "/" })
                await SayAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{header}: {inHeader}\r\nConnection: close\r\n\r\n");
        await SayAsync($"GET /forged{text} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        await SayAsync($"GET / HTTP/1.1\r\nHost: forged{inHeader}\r\nConnection: close\r\n\r\n");
        await SayAsync($"GET / HTTP/1.1\r\nHost: localhost\r\nforged{text}: 1\r\nConnection: close\r\n\r\n");
    }

    private async Task SayAsync(string request)
    {
        using var connection = await RawConnection.OpenAsync(Port);
        await connection.SendAsync(Encoding.UTF8.GetBytes(request));
        var answer = Encoding.Latin1.GetString(await connection.ReadToEndAsync());
        Assert.False(answer.StartsWith("HTTP/1.1 5", StringComparison.Ordinal), $"{request}\n{answer}");
    }

    private async Task SocketIoAsync(string text)
    {
        var json = JsonSerializer.Serialize(text);
        string[] connects = [$"40/forged{text},", $$"""40{"token":{{json}},"pid":{{json}},"offset":{{json}}}""", $$"""40{{{json}}:{{json}}}""", $"40{json}", $"4{text}", text];
        foreach (var connect in connects)
        {
            using var connection = await RawConnection.OpenWebSocketAsync(Port, TestClient.SocketIo);
            await connection.SendAsync(Frames.Text(connect));
            await EndAsync(connection, text);
        }
        // "../../forged" may name a room, and rooms are in the log: with a "*" nothing may.
        var symbol = JsonSerializer.Serialize($"*{text}");
        string[] events = [$"42[{json}]", $$"""42["subscribe",{"type":"product","symbol":{{symbol}},{{json}}:1}]""", $$"""42["authenticate",{"token":{{json}}}]""", $"42/forged{text},[\"a\"]", $"41/forged{text},", $"451-[\"forged\",{{\"_placeholder\":true,\"num\":0,{json}:1}}]", $"44{json}"];
        foreach (var packet in events)
        {
            using var connection = await RawConnection.OpenWebSocketAsync(Port, TestClient.SocketIo);
            await connection.SendAsync(Frames.Text("40"));
            await connection.SendAsync(Frames.Text(packet));
            await EndAsync(connection, text);
        }
    }

    private async Task PlainAsync(string text)
    {
        var json = JsonSerializer.Serialize(text);
        using var connection = await RawConnection.OpenWebSocketAsync(Port, "/ws");
        foreach (var message in new[] { text, $$"""{"event":{{json}},"id":{{json}},"data":{{json}}}""", $$$"""{"event":"authenticate","data":{"token":{{{json}}}}}""", $$$"""{"event":"subscribe","data":{"type":{{{json}}},"symbol":"A","expiry":{{{json}}}}}""", $$"""{{{json}}:1}""" })
            await connection.SendAsync(Frames.Text(message));
        await EndAsync(connection, text);
    }

    private async Task PollingAsync(string text)
    {
        await using var visitor = new Visitor(Port, forwardedFor: "198.51.100.1");
        var (_, sid) = await visitor.OpenPollingAsync();
        await visitor.PostAsync(sid, "40");
        // Proxies are believed here, so this is another address, which is logged.
        visitor.ForwardedFor = "198.51.100.2";
        await visitor.PostAsync(sid, $"42[{JsonSerializer.Serialize(text)}]");
        await visitor.PostAsync(sid, text);
    }

    /// <summary>A ping, and a farewell with the text for its reason; then until the node has closed.</summary>
    private static async Task EndAsync(RawConnection connection, string text)
    {
        await connection.SendAsync(Frames.Of(0x89, Encoding.UTF8.GetBytes(text.Length > 30 ? text[..30] : text)));
        var reason = Encoding.UTF8.GetBytes("forged" + (text.Length > 30 ? text[..30] : text));
        await connection.SendAsync(Frames.Of(0x88, [0x03, 0xE8, .. reason]));
        await connection.ReadToEndAsync();
    }
}
