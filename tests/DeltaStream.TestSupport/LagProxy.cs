using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace DeltaStream.TestSupport;

/// <summary>
/// A TCP proxy before Redis that delays what Redis says to the connections of one name, and passes everything else on at once:
/// a subscriber behind a slow link whose commands are as quick as ever.
/// </summary>
/// <param name="target">The port of Redis on this machine.</param>
/// <param name="clientName">The name by which the delayed connections call themselves.</param>
public sealed class LagProxy(int target, string clientName, TimeSpan lag) : TcpProxy(new(IPAddress.Loopback, 0), target, clientName)
{
    /// <summary>By how much it delays what comes from now on.</summary>
    public TimeSpan Lag { get; set; } = lag;

    /// <summary>How many connections are, or were, delayed.</summary>
    public int Delayed => Marked;

    protected override async Task DownAsync(NetworkStream from, NetworkStream to, Link link)
    {
        var waiting = Channel.CreateUnbounded<(byte[] Bytes, Task Due)>();
        var writing = UntilEndAsync(async () =>
        {
            await foreach (var (bytes, due) in waiting.Reader.ReadAllAsync())
            {
                await due;
                await to.WriteAsync(bytes, Stopped);
            }
        });
        await ReadAsync(from, bytes =>
        {
            waiting.Writer.TryWrite((bytes.ToArray(), link.IsMarked ? Task.Delay(Lag, Stopped) : Task.CompletedTask));
            return ValueTask.CompletedTask;
        });
        waiting.Writer.Complete();
        await writing;
    }
}
