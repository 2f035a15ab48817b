using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Views;

/// <summary>
/// Numbers the names of one chain's members and columns, so that documents compare numbers. Names are equal if their texts
/// are, however they are escaped.
/// </summary>
internal sealed class ChainNames
{
    public const int Strike = 0;
    public const int Calls = 1;
    public const int Puts = 2;
    public const int Strikes = 3;
    public const int SpotPrice = 4;

    // In front of a name that is JSON but not text. It can't begin a name in UTF-8.
    private const byte NoText = 0xFF;

    private static readonly string[] Known = ["strike", "calls", "puts", "strikes", "spot_price"];

    private readonly Dictionary<byte[], int> _numbers = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly List<(byte[] Text, byte[] Quoted)> _names = [];

    public ChainNames()
    {
        _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (var name in Known) Add(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes($"\"{name}\""));
    }

    public int Count => _names.Count;

    /// <summary>The number of the name that a reader is at.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="json">The text that it reads.</param>
    public int Of(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        if (!reader.ValueIsEscaped && _lookup.TryGetValue(reader.ValueSpan, out var number)) return number;
        var quoted = json.Slice((int)reader.TokenStartIndex, reader.ValueSpan.Length + 2).ToArray();
        if (!reader.ValueIsEscaped) return Add(quoted[1..^1], quoted);
        byte[] text = JsonFields.TextOf(ref reader) is { } name ? Encoding.UTF8.GetBytes(name) : [NoText, .. quoted];
        return _numbers.TryGetValue(text, out number) ? number : Add(text, quoted);
    }

    /// <summary>The number of a name; -1 if no document had it.</summary>
    public int Find(ReadOnlySpan<byte> text) => _lookup.TryGetValue(text, out var number) ? number : -1;

    /// <summary>The name's text.</summary>
    public ReadOnlySpan<byte> TextOf(int number) => _names[number].Text;

    /// <summary>The name as it was first published, quotes included.</summary>
    public ReadOnlySpan<byte> Quoted(int number) => _names[number].Quoted;

    private int Add(byte[] text, byte[] quoted)
    {
        _numbers.Add(text, _names.Count);
        _names.Add((text, quoted));
        return _names.Count - 1;
    }

    private sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly Utf8Comparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)XxHash3.HashToUInt64(alternate);
    }
}
