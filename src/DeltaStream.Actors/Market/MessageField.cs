using System.Text;

namespace DeltaStream.Actors.Market;

/// <summary>What the gateway requires of a field, and what it reads from it.</summary>
public enum FieldRole : byte
{
    /// <summary>Anything, or nothing.</summary>
    Any = 0,

    /// <summary>The symbol.</summary>
    Symbol,

    /// <summary>The expiry, in a form that <see cref="Market.Expiry.TryParse"/> reads.</summary>
    Expiry,

    /// <summary>A number, or a string that is one.</summary>
    Number,

    /// <summary>A string.</summary>
    Text,

    /// <summary>The producer's time. A message without a time that can be read has the time of its receipt.</summary>
    Timestamp,
}

/// <summary>A top-level field that the gateway reads from a message.</summary>
/// <param name="Name">The name in the JSON.</param>
/// <param name="Role">What the gateway requires of the field.</param>
public sealed record MessageField(string Name, FieldRole Role = FieldRole.Any)
{
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(Name);

    /// <summary>True if the summary carries the field.</summary>
    public bool IsInSummary { get; init; }
}
