using System.Buffers;
using System.Text.Json;

namespace DeltaStream.Actors.Market;

/// <summary>
/// The data of <c>chain_summary</c>: seven fields of a chain, each value the very bytes that were published, <c>null</c>
/// where there are none.
/// </summary>
public static class ChainSummary
{
    /// <summary>Makes the summary of a chain's bytes, as they are read back from the store.</summary>
    /// <returns>False when the bytes are no JSON object.</returns>
    public static bool TryFrom(ReadOnlySpan<byte> chain, out ReadOnlyMemory<byte> summary)
    {
        summary = default;
        try
        {
            if (!PeekedFields.Read(chain, out var fields)) return false;
            summary = Write(chain, fields);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    internal static ReadOnlyMemory<byte> Write(ReadOnlySpan<byte> chain, in PeekedFields fields)
    {
        var summary = new ArrayBufferWriter<byte>(256);
        Add(summary, "{\"product\":"u8, chain, fields.Product);
        Add(summary, ",\"expiry\":"u8, chain, fields.Expiry);
        Add(summary, ",\"spot_price\":"u8, chain, fields.SpotPrice);
        Add(summary, ",\"pcr_oi\":"u8, chain, fields.PcrOi);
        Add(summary, ",\"max_pain_strike\":"u8, chain, fields.MaxPainStrike);
        Add(summary, ",\"atm_straddle_price\":"u8, chain, fields.AtmStraddlePrice);
        Add(summary, ",\"timestamp\":"u8, chain, fields.Timestamp);
        summary.Write("}"u8);
        return summary.WrittenMemory;
    }

    private static void Add(ArrayBufferWriter<byte> summary, ReadOnlySpan<byte> name, ReadOnlySpan<byte> chain, RawValue value)
    {
        summary.Write(name);
        summary.Write(value.Type == JsonTokenType.None ? "null"u8 : value.In(chain));
    }
}
