using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace DeltaStream.LoadTest.Load;

/// <summary>The protocol of a connection after the WebSocket handshake.</summary>
internal enum Dialect
{
    /// <summary>No protocol: the server sends payloads as they are.</summary>
    Bare,

    /// <summary>Engine.IO 4 and Socket.IO 5.</summary>
    SocketIO,

    /// <summary>Engine.IO 4 and Socket.IO 5, with an offer of permessage-deflate.</summary>
    SocketIODeflate,

    /// <summary>SignalR's JSON protocol.</summary>
    SignalR,
}

/// <summary>One WebSocket client: parses frames in place, answers pings, counts deliveries.</summary>
internal sealed class SwarmClient(Socket socket, Dialect dialect, int smallestDelivery, bool sampled)
{
    private static readonly byte[] MaskedPong = Masked("3");
    private readonly byte[] _header = new byte[14];
    private readonly byte[] _prefix = new byte[sampled ? 256 : 8];
    private int _headerLength, _prefixLength;
    private long _messageLength, _remaining = -1;
    private bool _isLast, _isCompressed;

    public Socket Socket { get; } = socket;

    public int Handle { get; } = (int)socket.Handle;

    public long Delivered { get; private set; }

    public long Bytes { get; private set; }

    public bool Closed { get; set; }

    private bool IsSocketIO => dialect is Dialect.SocketIO or Dialect.SocketIODeflate;

    /// <summary>A text frame of a client, masked with a key of zero.</summary>
    public static byte[] Masked(string text)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        if (payload.Length > ushort.MaxValue) throw new ArgumentException("too long for this client", nameof(text));
        return payload.Length <= 125
            ? [0x81, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload]
            : [0x81, 0x80 | 126, (byte)(payload.Length >> 8), (byte)payload.Length, 0, 0, 0, 0, .. payload];
    }

    /// <summary>Processes received bytes, and adds to <paramref name="latencies"/> the microseconds since the send time in each payload.</summary>
    public void Receive(ReadOnlySpan<byte> bytes, long now, List<int> latencies)
    {
        Bytes += bytes.Length;
        while (bytes.Length > 0)
        {
            if (_remaining < 0 && !ReadHeader(ref bytes)) return;
            var take = (int)Math.Min(_remaining, bytes.Length);
            var keep = Math.Min(take, _prefix.Length - _prefixLength);
            if (keep > 0)
            {
                bytes[..keep].CopyTo(_prefix.AsSpan(_prefixLength));
                _prefixLength += keep;
            }

            _remaining -= take;
            bytes = bytes[take..];
            if (_remaining > 0) return;
            _remaining = -1;
            _headerLength = 0;
            // SignalR sends a long message in many frames.
            if (!_isLast) continue;
            Take(now, latencies);
            _messageLength = _prefixLength = 0;
        }
    }

    private bool ReadHeader(ref ReadOnlySpan<byte> bytes)
    {
        var needed = 2;
        while (true)
        {
            while (_headerLength < needed)
            {
                if (bytes.Length == 0) return false;
                _header[_headerLength++] = bytes[0];
                bytes = bytes[1..];
            }

            if (_headerLength == 2) needed = (_header[1] & 0x7f) switch { 126 => 4, 127 => 10, _ => 2 };
            if (_headerLength == needed) break;
        }

        _isLast = (_header[0] & 0x80) != 0;
        _isCompressed = (_header[0] & 0x40) != 0;
        _remaining = needed switch
        {
            4 => BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(2)),
            10 => BinaryPrimitives.ReadInt64BigEndian(_header.AsSpan(2)),
            _ => _header[1] & 0x7f,
        };
        _messageLength += _remaining;
        if (_remaining > 0) return true;
        _remaining = -1;
        _headerLength = 0;
        return bytes.Length > 0 && ReadHeader(ref bytes);
    }

    private void Take(long now, List<int> latencies)
    {
        if (_isCompressed)
        {
            // Only large messages are compressed. Their content, and so their send time, is not read.
            Delivered++;
            return;
        }

        if (_messageLength < smallestDelivery)
        {
            if (IsSocketIO && _messageLength == 1 && _prefix[0] == '2') Epoll.Send(Handle, MaskedPong);
            return;
        }

        if (IsSocketIO && _prefix.AsSpan(0, 6).SequenceEqual("42[\"co"u8)) return; // connected
        Delivered++;
        if (!sampled) return;
        // SignalR sends the payload as a JSON string, so its quotes are escaped.
        var text = _prefix.AsSpan(0, _prefixLength);
        var at = text.IndexOf("sent"u8);
        if (at < 0) return;
        text = text[(at + 4)..];
        var digit = text.IndexOfAnyInRange((byte)'0', (byte)'9');
        if (digit >= 0 && Utf8Parser.TryParse(text[digit..], out long sent, out _) && sent > 1_600_000_000_000_000)
            latencies.Add((int)Math.Clamp(now - sent, 0, int.MaxValue));
    }
}
