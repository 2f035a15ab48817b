using System.Text;

namespace DeltaStream.Actors.Market;

/// <summary>
/// Says whether letters and digits are in Unicode's normal form C. The runtime's own check needs ICU, which the node runs
/// without. Marks are not letters, so only letters that are replaced or joined are left to find.
/// </summary>
internal static class NormalForm
{
    private const int HangulSyllables = 0xAC00, HangulEnd = 0xD7A4, Trailing = 28;

    // The letters that normal form C replaces (NFC_Quick_Check=No), as first and last of each range. A range may include code
    // points that are neither letters nor digits.
    private static ReadOnlySpan<int> Replaced =>
    [
        0x374, 0x374, 0x958, 0x95F, 0x9DC, 0x9DF, 0xA33, 0xA33, 0xA36, 0xA36, 0xA59, 0xA5B, 0xA5E, 0xA5E, 0xB5C, 0xB5D, 0xF43, 0xF43, 0xF4D, 0xF4D,
        0xF52, 0xF52, 0xF57, 0xF57, 0xF5C, 0xF5C, 0xF69, 0xF69, 0x1F71, 0x1F71, 0x1F73, 0x1F73, 0x1F75, 0x1F75, 0x1F77, 0x1F77,
        0x1F79, 0x1F79, 0x1F7B, 0x1F7B, 0x1F7D, 0x1F7D, 0x1FBB, 0x1FBB, 0x1FBE, 0x1FBE, 0x1FC9, 0x1FC9, 0x1FCB, 0x1FCB, 0x1FD3, 0x1FD3,
        0x1FDB, 0x1FDB, 0x1FE3, 0x1FE3, 0x1FEB, 0x1FEB, 0x1FF9, 0x1FF9, 0x1FFB, 0x1FFB, 0x2126, 0x2126, 0x212A, 0x212B, 0xF900, 0xFA0D,
        0xFA10, 0xFA10, 0xFA12, 0xFA12, 0xFA15, 0xFA1E, 0xFA20, 0xFA20, 0xFA22, 0xFA22, 0xFA25, 0xFA26, 0xFA2A, 0xFAD9, 0xFB1D, 0xFB1F,
        0xFB2A, 0xFB4E, 0x2F800, 0x2FA1D,
    ];

    /// <summary>True if a letter or digit may follow another in normal form C.</summary>
    public static bool IsC(Rune previous, Rune next)
    {
        if (next.Value < Replaced[0]) return true;
        for (var i = 0; i < Replaced.Length && Replaced[i] <= next.Value; i += 2)
        {
            if (next.Value <= Replaced[i + 1]) return false;
        }

        return !IsJoined(previous.Value, next.Value);
    }

    /// <summary>True if normal form C joins two letters to one: Hangul's parts to a syllable, and the vowel signs of Kirat Rai.</summary>
    private static bool IsJoined(int previous, int next) => next switch
    {
        >= 0x1161 and <= 0x1175 => previous is >= 0x1100 and <= 0x1112,
        >= 0x11A8 and <= 0x11C2 => previous is >= HangulSyllables and < HangulEnd && (previous - HangulSyllables) % Trailing == 0,
        0x16D67 => previous is 0x16D63 or 0x16D67 or 0x16D69,
        _ => false,
    };
}
