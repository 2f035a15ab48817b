namespace DeltaStream.Actors.Market;

/// <summary>Why a message from the platform is skipped (docs/protocol.md).</summary>
public enum InvalidReason : byte
{
    /// <summary>The bytes are not UTF-8. A browser would close the connection on them.</summary>
    Utf8 = 1,

    /// <summary>The text is not a JSON object, or is nested deeper than <see cref="EnrichedMessage.MaxDepth"/>.</summary>
    Json = 2,

    /// <summary><c>NaN</c> or <c>Infinity</c> is the only thing wrong with the JSON, and the bridge is set not to repair it.</summary>
    Nan = 3,

    /// <summary>A required field is missing, has the wrong type or has the wrong format.</summary>
    Field = 4,

    /// <summary>The symbol is missing or not valid.</summary>
    Symbol = 5,

    /// <summary>The message exceeds the size limit.</summary>
    Size = 6,
}

/// <summary>The names of <see cref="InvalidReason"/> in logs and metrics.</summary>
internal static class InvalidReasons
{
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
