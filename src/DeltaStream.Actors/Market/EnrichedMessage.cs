using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace DeltaStream.Actors.Market;

/// <summary>A valid message of the platform: the published bytes and the few fields that routing and ordering need (docs/protocol.md).</summary>
public sealed class EnrichedMessage
{
    /// <summary>The maximum nesting depth of a valid message.</summary>
    public const int MaxDepth = 64;

    // A symbol with each UTF-16 unit written as \uXXXX, and two quotes. No other value that is read is longer.
    private const int MaxValueBytes = Market.Symbol.MaxLength * 6 + 2;

    // Longer values are symbols with many escapes. They are rare, so decoding them may allocate.
    private const int BufferLength = Market.Symbol.MaxBytes + 2;

    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private readonly MessageFields _fields;

    private EnrichedMessage(ConflationKey key, ReadOnlyMemory<byte> payload, long timestamp, in MessageFields fields)
    {
        Key = key;
        Payload = payload;
        Timestamp = timestamp;
        Hash = XxHash3.HashToUInt64(payload.Span);
        _fields = fields;
    }

    public ConflationKey Key { get; }

    /// <summary>The place in the payload of the first <c>null</c> that stands for NaN or Infinity; null if nothing was repaired.</summary>
    public int? RepairedAt { get; private init; }

    /// <summary>The published bytes, without a byte order mark, with <c>null</c> for NaN and Infinity.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>XxHash3 of the published bytes.</summary>
    public ulong Hash { get; }

    /// <summary>The producer's time in microseconds since the Unix epoch. A time without a zone counts as UTC.</summary>
    public long Timestamp { get; }

    /// <summary>The value of the kind's headline field, as published.</summary>
    public ReadOnlySpan<byte> Headline => _fields[Key.Kind.HeadlineIndex].In(Payload.Span);

    /// <summary>The data of <see cref="MessageKind.Summary"/>, with each value as published.</summary>
    /// <exception cref="InvalidOperationException">The kind has no summary.</exception>
    public ReadOnlyMemory<byte> Summary() => Key.Kind.Summary is not null
        ? MessageSummary.Write(Key.Kind, Payload.Span, _fields)
        : throw new InvalidOperationException($"a message of the kind {Key.Kind} has no summary");

    /// <summary>The producer's time of a valid message or of its summary; the time of receipt if the message has none.</summary>
    public static long TimestampOf(MessageKind kind, ReadOnlySpan<byte> json, long receivedAt)
    {
        if (!MessageFields.TryRead(json, kind, out var fields)) return receivedAt;
        return TryTime(json, fields[kind.TimestampIndex], stackalloc char[BufferLength], out var time) ? time : receivedAt;
    }

    /// <summary>Reads a message without deserialising it. Never throws on bad input.</summary>
    /// <param name="kind">The kind of message that the channel carries.</param>
    /// <param name="payload">The published bytes. They must not change after this call.</param>
    /// <param name="receivedAt">
    /// Time of receipt in microseconds since the Unix epoch. It serves as the timestamp of a message that has none.
    /// </param>
    /// <param name="maxBytes">The size limit.</param>
    /// <param name="message">The message; null if it is not valid.</param>
    /// <param name="fault">Why the message is not valid.</param>
    /// <param name="nonFinite">What to do with NaN and Infinity.</param>
    public static bool TryRead(
        MessageKind kind, ReadOnlyMemory<byte> payload, long receivedAt, int maxBytes, out EnrichedMessage? message, out MessageFault fault,
        NonFiniteRule nonFinite = NonFiniteRule.Null)
    {
        message = null;
        fault = default;
        if (payload.Span.StartsWith(ByteOrderMark)) payload = payload[ByteOrderMark.Length..];
        if (payload.Length > maxBytes) fault = new(InvalidReason.Size);
        else if (!Utf8.IsValid(payload.Span)) fault = new(InvalidReason.Utf8);
        else if (MessageFields.TryRead(payload.Span, kind, out var fields, isToSummarise: true)) message = Check(kind, payload, receivedAt, fields, null, ref fault);
        else if (NonFinite.Repair(payload.Span, out var first) is not { } repaired || !MessageFields.TryRead(repaired, kind, out fields, isToSummarise: true))
            fault = new(InvalidReason.Json);
        else if (nonFinite == NonFiniteRule.Skip) fault = new(InvalidReason.Nan, JsonPath.Of(repaired, first), Published(payload, first, "null".Length));
        else if (repaired.Length > maxBytes) fault = new(InvalidReason.Size);
        else message = Check(kind, repaired, receivedAt, fields, (payload, first), ref fault);
        return message is not null;
    }

    private static EnrichedMessage? Check(
        MessageKind kind, ReadOnlyMemory<byte> payload, long receivedAt, in MessageFields fields, (ReadOnlyMemory<byte> Text, int First)? published,
        ref MessageFault fault)
    {
        var (symbol, expiry, timestamp) = ((string?)null, (string?)null, receivedAt);
        var json = payload.Span;
        Span<char> buffer = stackalloc char[BufferLength];
        for (var i = 0; i < kind.Fields.Count; i++)
        {
            var (value, isValid) = (fields[i], true);
            switch (kind.Fields[i].Role)
            {
                case FieldRole.Symbol:
                    var text = Decode(json, value, buffer);
                    isValid = Symbol.IsValid(text);
                    if (isValid) symbol = text.ToString();
                    break;
                case FieldRole.Expiry: isValid = Expiry.TryParse(Decode(json, value, buffer), out expiry); break;
                case FieldRole.Number: isValid = value.Type == JsonTokenType.Number || IsNumber(Decode(json, value, buffer)); break;
                case FieldRole.Text: isValid = value.Type == JsonTokenType.String; break;
                case FieldRole.Timestamp when TryTime(json, value, buffer, out var time): timestamp = time; break;
            }

            if (isValid) continue;
            var reason = kind.Fields[i].Role == FieldRole.Symbol ? InvalidReason.Symbol : InvalidReason.Field;
            var found = published is null ? payload.Slice(value.Start, value.Length) : Published(published.Value.Text, value.Start, value.Length);
            fault = new(reason, kind.Fields[i].Name, found);
            return null;
        }

        return new EnrichedMessage(new ConflationKey(kind, symbol!, expiry), payload, timestamp, fields) { RepairedAt = published?.First };
    }

    /// <summary>What stood where the repaired text has this range.</summary>
    private static ReadOnlyMemory<byte> Published(ReadOnlyMemory<byte> text, int start, int length) =>
        text[NonFinite.PublishedPlace(text.Span, start)..NonFinite.PublishedPlace(text.Span, start + length)];

    private static bool IsNumber(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number);

    private static bool TryTime(ReadOnlySpan<byte> json, RawValue value, Span<char> buffer, out long microseconds)
    {
        if (value.Type != JsonTokenType.Number) return ProducerTime.TryParse(Decode(json, value, buffer), out microseconds);
        microseconds = 0;
        return value.Length <= buffer.Length && ProducerTime.TryParse(buffer[..Encoding.ASCII.GetChars(value.In(json), buffer)], out microseconds);
    }

    /// <summary>
    /// Decodes a short string. Empty if the value is not a string, is too long, or has half a surrogate pair, because no valid
    /// value is like that.
    /// </summary>
    private static ReadOnlySpan<char> Decode(ReadOnlySpan<byte> json, RawValue value, Span<char> buffer)
    {
        if (value.Type != JsonTokenType.String || value.Length > MaxValueBytes) return default;
        var reader = new Utf8JsonReader(value.In(json));
        reader.Read();
        try
        {
            return value.Length <= buffer.Length ? buffer[..reader.CopyString(buffer)] : reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return default;
        }
    }
}
