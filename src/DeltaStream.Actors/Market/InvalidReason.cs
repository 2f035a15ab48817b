namespace DeltaStream.Actors.Market;

/// <summary>Why a message from the platform is skipped (docs/protocol.md).</summary>
public enum InvalidReason : byte
{
    /// <summary>The bytes are not UTF-8; a browser would close the connection over them.</summary>
    Utf8 = 1,

    /// <summary>The text is not JSON, or nested deeper than <see cref="EnrichedMessage.MaxDepth"/>.</summary>
    Json = 2,

    /// <summary>It would be JSON but for <c>NaN</c> or <c>Infinity</c>, which Python writes and browsers refuse.</summary>
    Nan = 3,

    /// <summary>A field that the kind needs is missing, of the wrong type or not in its form.</summary>
    Field = 4,

    /// <summary>The product is no valid symbol.</summary>
    Symbol = 5,

    /// <summary>The message is over the size limit.</summary>
    Size = 6,
}

/// <summary>The names of <see cref="InvalidReason"/> in log and metrics.</summary>
internal static class InvalidReasons
{
    /// <summary><c>utf8</c>, <c>json</c>, <c>nan</c>, <c>field</c>, <c>symbol</c> or <c>size</c>.</summary>
    public static string Name(this InvalidReason reason) => reason switch
    {
        InvalidReason.Utf8 => "utf8",
        InvalidReason.Json => "json",
        InvalidReason.Nan => "nan",
        InvalidReason.Field => "field",
        InvalidReason.Symbol => "symbol",
        InvalidReason.Size => "size",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };
}
