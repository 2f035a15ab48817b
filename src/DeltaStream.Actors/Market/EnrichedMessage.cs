using System.IO.Hashing;
using System.Text.Json;
using System.Text.Unicode;

namespace DeltaStream.Actors.Market;

/// <summary>A valid message of the platform: the published bytes and the few fields that routing and ordering need (docs/protocol.md).</summary>
public sealed class EnrichedMessage
{
    /// <summary>The maximum nesting depth of a valid message.</summary>
    public const int MaxDepth = 64;

    // 32 characters, each at most written as \uXXXX, and two quotes. The other strings are shorter or have the same limit.
    private const int MaxStringBytes = Market.Symbol.MaxLength * 6 + 2;

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
        var timestamp = receivedAt;
        try
        {
            if (MessageFields.Read(json, kind, out var fields)) TryTime(json, fields[kind.TimestampIndex], stackalloc char[MaxStringBytes], ref timestamp);
            return timestamp;
        }
        catch (JsonException)
        {
            return timestamp;
        }
    }

    /// <summary>Reads a message without deserialising it. Never throws on bad input.</summary>
    /// <param name="kind">The kind of message that the channel carries.</param>
    /// <param name="payload">The published bytes. They must not change after this call.</param>
    /// <param name="receivedAt">
    /// Time of receipt in microseconds since the Unix epoch. It serves as the timestamp of a message that has none and needs
    /// none.
    /// </param>
    /// <param name="maxBytes">The size limit.</param>
    /// <param name="message">The message; null if it is not valid.</param>
    /// <param name="reason">The reason why the message is not valid.</param>
    public static bool TryRead(
        MessageKind kind, ReadOnlyMemory<byte> payload, long receivedAt, int maxBytes, out EnrichedMessage? message, out InvalidReason reason)
    {
        message = null;
        var json = payload.Span;
        if (json.Length > maxBytes) return Invalid(InvalidReason.Size, out reason);
        if (!Utf8.IsValid(json)) return Invalid(InvalidReason.Utf8, out reason);

        MessageFields fields;
        try
        {
            if (!MessageFields.Read(json, kind, out fields)) return Invalid(InvalidReason.Field, out reason);
        }
        catch (JsonException)
        {
            return Invalid(NonFinite.IsAllThatIsWrong(json) ? InvalidReason.Nan : InvalidReason.Json, out reason);
        }

        if (!HasTypes(kind, fields)) return Invalid(InvalidReason.Field, out reason);
        var (symbol, expiry, timestamp) = ((string?)null, (string?)null, receivedAt);
        Span<char> text = stackalloc char[MaxStringBytes];
        for (var i = 0; i < kind.Fields.Count; i++)
        {
            switch (kind.Fields[i].Role)
            {
                case FieldRole.Symbol:
                    var decoded = Decode(json, fields[i], text);
                    if (Symbol.IsValid(decoded)) symbol = decoded.ToString();
                    break;
                case FieldRole.Expiry:
                    decoded = Decode(json, fields[i], text);
                    if (!Expiry.IsValid(decoded)) return Invalid(InvalidReason.Field, out reason);
                    expiry = decoded.ToString();
                    break;
                case FieldRole.Timestamp:
                    if (TryTime(json, fields[i], text, ref timestamp) || !kind.Fields[i].IsRequired) break;
                    return Invalid(InvalidReason.Field, out reason);
                case FieldRole.Value:
                    break;
            }
        }

        if (symbol is null) return Invalid(InvalidReason.Symbol, out reason);
        message = new EnrichedMessage(new ConflationKey(kind, symbol, expiry), payload, timestamp, fields);
        reason = default;
        return true;
    }

    private static bool HasTypes(MessageKind kind, in MessageFields fields)
    {
        for (var i = 0; i < kind.Fields.Count; i++)
        {
            if (kind.Fields[i].IsRequired && fields[i].Type != kind.Fields[i].Type) return false;
        }

        return true;
    }

    private static bool TryTime(ReadOnlySpan<byte> json, RawValue value, Span<char> buffer, ref long timestamp)
    {
        if (value.Type != JsonTokenType.String || !IsoTimestamp.TryParse(Decode(json, value, buffer), out var microseconds)) return false;
        timestamp = microseconds;
        return true;
    }

    /// <summary>Decodes a short string. Empty if the string is too long or has half a surrogate pair, because no valid value is like that.</summary>
    private static ReadOnlySpan<char> Decode(ReadOnlySpan<byte> json, RawValue value, Span<char> buffer)
    {
        if (value.Length > MaxStringBytes) return default;
        var reader = new Utf8JsonReader(value.In(json));
        reader.Read();
        try
        {
            return buffer[..reader.CopyString(buffer)];
        }
        catch (InvalidOperationException)
        {
            return default;
        }
    }

    private static bool Invalid(InvalidReason why, out InvalidReason reason)
    {
        reason = why;
        return false;
    }
}
