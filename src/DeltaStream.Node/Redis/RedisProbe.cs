using System.Net.Sockets;
using System.Text;

namespace DeltaStream.Node.Redis;

/// <summary>
/// Asks why a connection could not be made. The client library keeps an error to itself that Redis sends before it closes a
/// connection, such as <c>ERR max number of clients reached</c>.
/// </summary>
internal static class RedisProbe
{
    private const int LongestAnswer = 512;

    /// <summary>Connects without TLS and login, sends a PING, and returns the error that Redis answers; null if it answers none.</summary>
    public static async Task<string?> AskAsync(string host, int port, TimeSpan timeout, CancellationToken stop)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        ends.CancelAfter(timeout);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, ends.Token);
            await using var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), ends.Token);
            var answer = new byte[LongestAnswer];
            var length = await stream.ReadAsync(answer, ends.Token);
            var line = Encoding.ASCII.GetString(answer, 0, length).Split('\r', '\n')[0];
            return line.StartsWith('-') ? line[1..] : null;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            stop.ThrowIfCancellationRequested();
            return null;
        }
    }
}
