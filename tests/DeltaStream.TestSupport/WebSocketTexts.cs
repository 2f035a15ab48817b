using System.Net.WebSockets;
using System.Text;

namespace DeltaStream.TestSupport;

/// <summary>A WebSocket text by text: each is passed on as it comes, and the heartbeat's pings are answered.</summary>
/// <param name="onText">Hears each text, one after the other.</param>
internal sealed class WebSocketTexts(Action<string> onText) : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _stop = new();
    private Task _reading = Task.CompletedTask;

    /// <summary>The code it was closed with; null while it is open or where it broke.</summary>
    public int? CloseCode => (int?)_socket.CloseStatus;

    /// <summary>Whether it is over.</summary>
    public bool IsClosed => _reading.IsCompleted;

    /// <summary>Opens it and begins to read.</summary>
    /// <exception cref="WebSocketException">The handshake was refused.</exception>
    public async Task OpenAsync(Uri url, params (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in headers) _socket.Options.SetRequestHeader(name, value);
        await _socket.ConnectAsync(url, default);
        _reading = ReadAsync();
    }

    /// <summary>Sends a text; one that can't leave any more is lost.</summary>
    public async Task SendAsync(string text)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException)
        {
            // It was closed meanwhile.
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[16 * 1024];
        var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer, _stop.Token);
                if (part.MessageType == WebSocketMessageType.Close) return;
                message.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage) continue;
                var text = Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length);
                message.SetLength(0);
                onText(text);
                if (text == "2") await SendAsync("3");
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The connection is over, one way or the other.
        }
    }
}
