using System.Text;
using System.Text.Json;

namespace DeltaStream.Actors.Market;

/// <summary>How the gateway uses a field of a message.</summary>
public enum FieldRole : byte
{
    /// <summary>The gateway checks only that the field is present and has the right type.</summary>
    Value = 0,

    /// <summary>The field holds the symbol.</summary>
    Symbol,

    /// <summary>The field holds the expiry, <c>YYYY-MM-DD</c>.</summary>
    Expiry,

    /// <summary>The field holds the producer's time, ISO 8601.</summary>
    Timestamp,
}

/// <summary>A top-level field that the gateway reads from a message.</summary>
/// <param name="Name">The name in the JSON.</param>
/// <param name="Type">The type that the field must have. <see cref="JsonTokenType.None"/> allows any type, or no field.</param>
/// <param name="Role">How the gateway uses the field.</param>
public sealed record MessageField(string Name, JsonTokenType Type = JsonTokenType.None, FieldRole Role = FieldRole.Value)
{
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(Name);

    /// <summary>True if the summary carries the field.</summary>
    public bool IsInSummary { get; init; }

    /// <summary>True if the gateway skips a message without this field.</summary>
    public bool IsRequired => Type != JsonTokenType.None;
}
