using System.Text;
using System.Text.Json;

namespace DeltaStream.Actors.Market;

/// <summary>What a field of a message is to the gateway.</summary>
public enum FieldRole : byte
{
    /// <summary>Only its presence and type are checked.</summary>
    Value = 0,

    /// <summary>Names what the message is about: a valid symbol.</summary>
    Symbol,

    /// <summary>The expiry, <c>YYYY-MM-DD</c>.</summary>
    Expiry,

    /// <summary>The producer's time, ISO 8601.</summary>
    Timestamp,
}

/// <summary>A top-level field that the gateway reads of a message.</summary>
/// <param name="Name">As it stands in the JSON.</param>
/// <param name="Type">The type that a valid message has there; <see cref="JsonTokenType.None"/>: any, or no such field.</param>
/// <param name="Role">What it is to the gateway.</param>
public sealed record MessageField(string Name, JsonTokenType Type = JsonTokenType.None, FieldRole Role = FieldRole.Value)
{
    /// <summary>The name in UTF-8.</summary>
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(Name);

    /// <summary>Whether the summary carries it.</summary>
    public bool IsInSummary { get; init; }

    /// <summary>Whether a message without it is skipped.</summary>
    public bool IsRequired => Type != JsonTokenType.None;
}
