using System.Net;

namespace DeltaStream.Conformance.Tests.Clients;

/// <summary>WebSocket clients of the conformance host that answer nothing by themselves, and what the specs do with them.</summary>
internal static class SocketClient
{
    private const string Bin = "bin:";

    private static readonly TestClientOptions Silent = new() { AnswersPings = false };

    public static Task<TestClient> Connect(ConformanceHost host, string pathAndQuery, string address = "127.0.0.1") =>
        TestClient.OpenAsync(new Uri($"http://{address}:{host.Port}{pathAndQuery}"), Silent);

    /// <summary>Opens an Engine.IO session and reads its handshake.</summary>
    public static async Task<TestClient> Open(ConformanceHost host, string path = Paths.Engine)
    {
        var client = await Connect(host, path + Paths.WebSocketQuery);
        Assert.StartsWith("0{", await client.ReceiveAsync());
        return client;
    }

    /// <summary>The HTTP status that refuses a WebSocket.</summary>
    public static async Task<HttpStatusCode> Refusal(ConformanceHost host, string pathAndQuery)
    {
        var (status, client) = await TestClient.TryOpenAsync(host.Url(pathAndQuery), Silent);
        Assert.Null(client);
        return status;
    }

    /// <summary>Sends text, and <c>bin:</c> with hexadecimal digits as binary.</summary>
    public static Task SendShownAsync(this TestClient client, string shown) => shown.StartsWith(Bin, StringComparison.Ordinal)
        ? client.SendBinaryAsync(Convert.FromHexString(shown[Bin.Length..]))
        : client.SendAsync(shown);

    /// <summary>The next message that is no heartbeat; pings are answered.</summary>
    public static async Task<string?> ReceiveMessage(this TestClient client)
    {
        string? message;
        while ((message = await client.ReceiveAsync()) == "2") await client.SendAsync("3");
        return message;
    }

    /// <summary>Checks the next messages, the heartbeat's left out.</summary>
    public static async Task Expect(this TestClient client, params string[] messages)
    {
        foreach (var message in messages) Assert.Equal(message, await client.ReceiveMessage());
    }

    /// <summary>Reads to the end that the server makes; answers pings.</summary>
    public static async Task<List<string>> ReadToEnd(this TestClient client)
    {
        var messages = new List<string>();
        while (await client.ReceiveMessage() is { } message) messages.Add(message);
        return messages;
    }
}
