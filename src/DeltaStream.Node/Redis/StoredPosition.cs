using System.Globalization;
using DeltaStream.Actors.Market;

namespace DeltaStream.Node.Redis;

/// <summary>The text that is stored with a value: <c>epoch:sequence:receivedAt:hash</c>, with the hash in hexadecimal.</summary>
/// <param name="Position">The value's position.</param>
/// <param name="ReceivedAt">Microseconds since the Unix epoch.</param>
/// <param name="Hash">XxHash3 of the value's bytes. It shows whether the position belongs to this value.</param>
internal readonly record struct StoredPosition(Position Position, long ReceivedAt, ulong Hash)
{
    public static bool TryParse(string? text, out StoredPosition stored)
    {
        stored = default;
        if (text?.Split(':') is not [var epoch, var sequence, var receivedAt, var hash]) return false;
        if (!TryNumber(epoch, out var e) || !TryNumber(sequence, out var s) || !TryNumber(receivedAt, out var r)) return false;
        if (!ulong.TryParse(hash, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var h)) return false;
        stored = new StoredPosition(new Position(e, s), r, h);
        return true;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Position.Epoch}:{Position.Sequence}:{ReceivedAt}:{Hash:x}");

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
