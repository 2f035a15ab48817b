using System.Net.WebSockets;
using System.Text;

namespace DeltaStream.ConformanceHost;

/// <summary>Walks once through what clients will do, so that none of them waits for the compiler.</summary>
internal static class Warmup
{
    /// <summary>Uses both transports of the server at this address.</summary>
    public static async Task RunAsync(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        await PollAsync(http, "engine.io", "4warm\u001ebd2FybQ==");
        await PollAsync(http, "socket.io", "40", "42[\"message\",1]\u001e451-[\"message\",{\"_placeholder\":true,\"num\":0}]\u001ebd2FybQ==");
        await TalkAsync(address, "engine.io", "", "4warm");
        await TalkAsync(address, "socket.io", "", "40", "42[\"message\",1]", "420[\"message-with-ack\",1]");
        var sid = await OpenAsync(http, "engine.io");
        await TalkAsync(address, "engine.io", $"&sid={sid}", "2probe", "5", "4warm");
    }

    private static async Task PollAsync(HttpClient http, string path, params string[] posts)
    {
        var sid = await OpenAsync(http, path);
        foreach (var body in posts)
        {
            await http.PostAsync($"{path}/?EIO=4&transport=polling&sid={sid}", new StringContent(body));
            await http.GetStringAsync($"{path}/?EIO=4&transport=polling&sid={sid}");
        }
        await http.PostAsync($"{path}/?EIO=4&transport=polling&sid={sid}", new StringContent("1"));
    }

    private static async Task<string> OpenAsync(HttpClient http, string path)
    {
        var handshake = await http.GetStringAsync($"{path}/?EIO=4&transport=polling");
        return handshake.Split('"')[3];
    }

    private static async Task TalkAsync(Uri address, string path, string query, params string[] messages)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(new Uri(address, $"{path}/?EIO=4&transport=websocket{query}")) { Scheme = "ws" }.Uri, default);
        foreach (var message in messages)
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, default);
            if (message != "5") await socket.ReceiveAsync(new byte[1024], default);
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
    }
}
