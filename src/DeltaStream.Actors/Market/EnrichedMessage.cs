using System.IO.Hashing;
using System.Text.Json;
using System.Text.Unicode;

namespace DeltaStream.Actors.Market;

/// <summary>
/// A valid message of the platform: its bytes as they were published, and the few things routing and ordering need to know
/// of them (docs/protocol.md).
/// </summary>
public sealed class EnrichedMessage
{
    /// <summary>The channel of underlyings.</summary>
    public const string UnderlyingChannel = "enriched:underlying";

    /// <summary>The channel of option chains.</summary>
    public const string ChainChannel = "enriched:option_chain";

    /// <summary>How deep a message may be nested.</summary>
    public const int MaxDepth = 64;

    // 32 characters, each at most written as \uXXXX, and two quotes; the other strings are shorter or bounded by the same.
    private const int MaxStringBytes = Market.Symbol.MaxLength * 6 + 2;

    private readonly PeekedFields _fields;

    private EnrichedMessage(ConflationKey key, ReadOnlyMemory<byte> payload, long timestamp, in PeekedFields fields)
    {
        Key = key;
        Payload = payload;
        Timestamp = timestamp;
        Hash = XxHash3.HashToUInt64(payload.Span);
        _fields = fields;
    }

    /// <summary>What the message is about.</summary>
    public ConflationKey Key { get; }

    /// <summary>The published bytes.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>XxHash3 of the published bytes.</summary>
    public ulong Hash { get; }

    /// <summary>The message's own time: microseconds since the Unix epoch, a missing zone counting as UTC.</summary>
    public long Timestamp { get; }

    /// <summary>The price of an underlying, the put-call ratio of a chain, as published.</summary>
    public ReadOnlySpan<byte> Headline =>
        (Key.Kind == MarketKind.Underlying ? _fields.Price : _fields.PcrOi).In(Payload.Span);

    /// <summary>The <c>chain_summary</c> of this chain, values as published.</summary>
    /// <exception cref="InvalidOperationException">The message is no chain.</exception>
    public ReadOnlyMemory<byte> Summary() => Key.Kind == MarketKind.Chain
        ? ChainSummary.Write(Payload.Span, _fields)
        : throw new InvalidOperationException("only a chain has a summary");

    /// <summary>Whether anything is published on this channel that the gateway knows.</summary>
    public static bool IsKnown(string channel) => channel is UnderlyingChannel or ChainChannel;

    /// <summary>The own time of a valid message or of its summary; 0 where there is none.</summary>
    public static long TimestampOf(ReadOnlySpan<byte> json)
    {
        Span<char> text = stackalloc char[MaxStringBytes];
        try
        {
            return PeekedFields.Read(json, out var fields) && fields.Timestamp.Type == JsonTokenType.String
                && IsoTimestamp.TryParse(Decode(json, fields.Timestamp, text), out var timestamp) ? timestamp : 0;
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    /// <summary>Reads a message without deserialising it. Never throws on bad input.</summary>
    /// <param name="channel">One of the two known channels.</param>
    /// <param name="payload">The published bytes; they must not change any more.</param>
    /// <param name="maxBytes">The size limit.</param>
    /// <param name="message">The message, if it is valid.</param>
    /// <param name="reason">Why not, if it is not.</param>
    public static bool TryRead(string channel, ReadOnlyMemory<byte> payload, int maxBytes, out EnrichedMessage? message, out InvalidReason reason)
    {
        message = null;
        var json = payload.Span;
        if (json.Length > maxBytes) return Invalid(InvalidReason.Size, out reason);
        if (!Utf8.IsValid(json)) return Invalid(InvalidReason.Utf8, out reason);

        PeekedFields fields;
        try
        {
            if (!PeekedFields.Read(json, out fields)) return Invalid(InvalidReason.Field, out reason);
        }
        catch (JsonException)
        {
            return Invalid(NonFinite.IsAllThatIsWrong(json) ? InvalidReason.Nan : InvalidReason.Json, out reason);
        }

        Span<char> text = stackalloc char[MaxStringBytes];
        if (!HasFields(channel, fields) || !IsoTimestamp.TryParse(Decode(json, fields.Timestamp, text), out var timestamp))
            return Invalid(InvalidReason.Field, out reason);
        string? expiry = null;
        if (channel == ChainChannel)
        {
            var decoded = Decode(json, fields.Expiry, text);
            if (!Expiry.IsValid(decoded)) return Invalid(InvalidReason.Field, out reason);
            expiry = decoded.ToString();
        }

        var symbol = Decode(json, fields.Product, text);
        if (!Symbol.IsValid(symbol)) return Invalid(InvalidReason.Symbol, out reason);
        var product = symbol.ToString();
        message = new EnrichedMessage(
            expiry is null ? ConflationKey.Underlying(product) : ConflationKey.Chain(product, expiry), payload, timestamp, fields);
        reason = default;
        return true;
    }

    private static bool HasFields(string channel, in PeekedFields fields) =>
        fields.Product.Type == JsonTokenType.String
        && fields.Timestamp.Type == JsonTokenType.String
        && (channel == UnderlyingChannel
            ? fields.Price.Type == JsonTokenType.Number
            : fields.Expiry.Type == JsonTokenType.String
              && fields.SpotPrice.Type == JsonTokenType.Number
              && fields.PcrOi.Type == JsonTokenType.Number
              && fields.MaxPainStrike.Type == JsonTokenType.Number
              && fields.Calls.Type == JsonTokenType.StartArray
              && fields.Puts.Type == JsonTokenType.StartArray);

    /// <summary>The characters of a short string; none when it is too long or holds half a surrogate pair, which no valid value does.</summary>
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
