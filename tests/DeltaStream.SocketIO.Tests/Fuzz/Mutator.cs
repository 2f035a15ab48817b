using System.Text;

namespace DeltaStream.SocketIO.Tests.Fuzz;

/// <summary>Makes inputs: random bytes, and good ones with a few bytes changed.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> seeds)
{
    private const int MaxLength = 400;

    // What parsers trip over: digits, separators, brackets, escapes, half characters.
    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "0", "9", "-", ",", "/", "[", "]", "{", "}", "\"", "\\", "\\ud800", "\u001e", "b", ":", "null", "1e999", "99999999999999999999",
            "\"_placeholder\":true", "\"num\":-1", "\"connect\"", "[[[[[[[[", "probe", "&", "=", "%", "%zz", "EIO=4", "sid=",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0], [0x7f], [0xfe], [0x80],
    ];

    private readonly byte[] _buffer = new byte[MaxLength];

    /// <summary>The next input; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        if (random.Next(8) == 0) return Random();
        var seed = seeds[random.Next(seeds.Count)];
        var length = Math.Min(seed.Length, MaxLength);
        seed.AsSpan(0, length).CopyTo(_buffer);
        for (var i = random.Next(5); i >= 0; i--) Mutate(ref length);
        return _buffer.AsMemory(0, length);
    }

    private ReadOnlyMemory<byte> Random()
    {
        var bytes = _buffer.AsMemory(0, random.Next(64));
        random.NextBytes(bytes.Span);
        return bytes;
    }

    private void Mutate(ref int length)
    {
        switch (random.Next(6))
        {
            case 0 when length > 0:
                _buffer[random.Next(length)] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when length > 0:
                _buffer[random.Next(length)] = (byte)random.Next(256);
                break;
            case 2 when length > 0:
                length = random.Next(length);
                break;
            case 3 when length > 1:
                Delete(random.Next(length - 1), 1 + random.Next(3), ref length);
                break;
            case 4:
                Insert(Tokens[random.Next(Tokens.Length)], random.Next(length + 1), ref length);
                break;
            default:
                var other = seeds[random.Next(seeds.Count)];
                var from = random.Next(other.Length);
                Insert(other.AsSpan(from, Math.Min(other.Length - from, 40)), random.Next(length + 1), ref length);
                break;
        }
    }

    private void Delete(int at, int count, ref int length)
    {
        count = Math.Min(count, length - at);
        _buffer.AsSpan(at + count, length - at - count).CopyTo(_buffer.AsSpan(at));
        length -= count;
    }

    private void Insert(ReadOnlySpan<byte> bytes, int at, ref int length)
    {
        if (length + bytes.Length > MaxLength) return;
        _buffer.AsSpan(at, length - at).CopyTo(_buffer.AsSpan(at + bytes.Length));
        bytes.CopyTo(_buffer.AsSpan(at));
        length += bytes.Length;
    }
}
