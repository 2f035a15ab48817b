using SocketIOClient;
using SocketIOClient.Transport;

namespace DeltaStream.Interop.Tests;

/// <summary>The three ways in which the client connects.</summary>
public enum ClientMode
{
    WebSocket,
    Polling,

    /// <summary>The client polls, reads that a WebSocket is offered, and opens a fresh session over one.</summary>
    Upgrade,
}

internal static class ClientModeExtensions
{
    /// <summary>A client that is not connected yet.</summary>
    public static SocketIOClient.SocketIO CreateClient(this ClientMode mode, Uri url, object? auth = null) => new(url, new SocketIOOptions
    {
        Transport = mode == ClientMode.WebSocket ? TransportProtocol.WebSocket : TransportProtocol.Polling,
        AutoUpgrade = mode == ClientMode.Upgrade,
        Reconnection = false,
        Auth = auth,
        ConnectionTimeout = TimeSpan.FromSeconds(10),
    });

    /// <summary>The answers to an event, as they come in.</summary>
    public static List<SocketIOResponse> Hear(this SocketIOClient.SocketIO client, string name)
    {
        var heard = new List<SocketIOResponse>();
        client.On(name, response =>
        {
            lock (heard) heard.Add(response);
        });
        return heard;
    }

    /// <summary>Waits for the first of them.</summary>
    public static async Task<SocketIOResponse> FirstAsync(this List<SocketIOResponse> heard, string what)
    {
        await Eventually.True(() => heard.Count > 0, what);
        lock (heard) return heard[0];
    }

    /// <summary>Emits and waits for the acknowledgement.</summary>
    public static async Task<SocketIOResponse> CallAsync(this SocketIOClient.SocketIO client, string name, params object[] data)
    {
        var answer = new TaskCompletionSource<SocketIOResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        await client.EmitAsync(name, response => answer.TrySetResult(response), data);
        return await answer.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }
}
