using System.Buffers;
using System.Text.Unicode;

namespace DeltaStream.SocketIO.Framing;

/// <summary>
/// Reads a client's frames as they arrive, in pieces of any size, and joins fragmented messages. It delivers control frames between
/// the fragments. Each connection has its own reader; it is not thread-safe. It holds no memory between messages.
/// </summary>
/// <param name="maxMessageBytes">The largest message, in bytes; the reader refuses a larger one as soon as its length is known.</param>
/// <param name="inflates">Whether permessage-deflate was agreed on (<see cref="WebSocketDeflate"/>).</param>
public sealed class WebSocketFrameReader(int maxMessageBytes, bool inflates = false) : IDisposable
{
    private readonly byte[] _headerBytes = new byte[WebSocketFrameHeader.MaxLength];
    private int _headerCount;
    private WebSocketFrameHeader _frame;
    private bool _inFrame;
    private long _position;
    private WebSocketOpcode _fragmented;
    private bool _isCompressed;
    private PayloadBuffer _message;
    private PayloadBuffer _control;
    private WebSocketOpcode _delivered;

    /// <summary>The failure after <see cref="WebSocketReadStatus.Failed"/>, with which the connection must be closed; else null.</summary>
    public WebSocketFailure? Failure { get; private set; }

    /// <summary>Reads the next message. Call it until it returns <see cref="WebSocketReadStatus.NeedMore"/>.</summary>
    /// <param name="input">The bytes that have arrived. The reader removes the bytes that it has read; it leaves none when it needs more.</param>
    /// <param name="message">The message; its data is valid until the next call.</param>
    public WebSocketReadStatus TryRead(ref ReadOnlySequence<byte> input, out WebSocketMessage message)
    {
        message = default;
        ReleaseDelivered();
        while (Failure is null)
        {
            if (!_inFrame && !TryReadHeader(ref input)) break;
            if (!TryReadPayload(ref input)) break;
            _inFrame = false;
            if (TryDeliver(out message)) return WebSocketReadStatus.Message;
        }
        return Failure is null ? WebSocketReadStatus.NeedMore : WebSocketReadStatus.Failed;
    }

    /// <summary>Returns the memory of an unfinished message to the pool.</summary>
    public void Dispose()
    {
        _message.Release();
        _control.Release();
    }

    private void ReleaseDelivered()
    {
        if (_delivered == default) return;
        if (_delivered >= WebSocketOpcode.Close) _control.Release();
        else _message.Release();
        _delivered = default;
    }

    private bool TryReadHeader(ref ReadOnlySequence<byte> input)
    {
        if (!TryFill(ref input, WebSocketFrameHeader.MinLength)) return false;
        if (Fails(WebSocketFrameHeader.Check(_headerBytes, inflates))) return false;
        var length = WebSocketFrameHeader.LengthOf(_headerBytes);
        if (!TryFill(ref input, length)) return false;
        if (Fails(WebSocketFrameHeader.TryParse(_headerBytes.AsSpan(0, length), out _frame))) return false;
        if (Fails(CheckPlace())) return false;
        if (_frame.Opcode is WebSocketOpcode.Text or WebSocketOpcode.Binary) (_fragmented, _isCompressed) = (_frame.Opcode, _frame.IsCompressed);
        _headerCount = 0;
        _position = 0;
        _inFrame = true;
        return true;
    }

    private bool TryFill(ref ReadOnlySequence<byte> input, int length)
    {
        var count = (int)Math.Min(length - _headerCount, input.Length);
        if (count > 0)
        {
            input.Slice(0, count).CopyTo(_headerBytes.AsSpan(_headerCount));
            input = input.Slice(count);
            _headerCount += count;
        }
        return _headerCount >= length;
    }

    private WebSocketFailure? CheckPlace()
    {
        if (_frame.IsControl) return null;
        var continues = _frame.Opcode == WebSocketOpcode.Continuation;
        if (continues != (_fragmented != default)) return WebSocketFailure.BadFragment;
        return _frame.Length > (ulong)(maxMessageBytes - _message.Length) ? WebSocketFailure.TooBig : null;
    }

    private bool TryReadPayload(ref ReadOnlySequence<byte> input) =>
        _frame.IsControl ? TryReadPayload(ref input, ref _control) : TryReadPayload(ref input, ref _message);

    private bool TryReadPayload(ref ReadOnlySequence<byte> input, ref PayloadBuffer buffer)
    {
        while ((ulong)_position < _frame.Length)
        {
            if (input.IsEmpty) return false;
            var part = input.FirstSpan;
            part = part[..(int)Math.Min((ulong)part.Length, _frame.Length - (ulong)_position)];
            var room = buffer.Extend(part.Length);
            part.CopyTo(room);
            WebSocketMask.Apply(room, _frame.Mask, _position);
            _position += part.Length;
            input = input.Slice(part.Length);
        }
        return true;
    }

    private bool TryDeliver(out WebSocketMessage message)
    {
        message = default;
        if (!_frame.IsFinal) return false;
        if (!_frame.IsControl && _isCompressed && Fails(Inflate())) return false;
        message = _frame.IsControl
            ? new WebSocketMessage(_frame.Opcode, _control.Written)
            : new WebSocketMessage(_fragmented, _message.Written);
        if (!_frame.IsControl) _fragmented = default;
        _delivered = message.Opcode;
        if (!Fails(CheckContent(message))) return true;
        message = default;
        return false;
    }

    private WebSocketFailure? Inflate()
    {
        var compressed = _message;
        _message = default;
        var failure = WebSocketDeflate.Inflate(compressed.Written, maxMessageBytes, ref _message);
        compressed.Release();
        return failure;
    }

    private static WebSocketFailure? CheckContent(in WebSocketMessage message)
    {
        var data = message.Data.Span;
        if (message.Opcode == WebSocketOpcode.Text) return Utf8.IsValid(data) ? null : WebSocketFailure.NotUtf8;
        if (message.Opcode != WebSocketOpcode.Close || data.IsEmpty) return null;
        if (data.Length < 2 || !WebSocketCloseCode.IsValidOnTheWire(message.CloseCode)) return WebSocketFailure.BadCloseFrame;
        return Utf8.IsValid(data[2..]) ? null : WebSocketFailure.NotUtf8;
    }

    private bool Fails(WebSocketFailure? failure)
    {
        Failure ??= failure;
        return failure is not null;
    }
}
