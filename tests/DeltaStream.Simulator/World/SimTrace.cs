using System.Globalization;
using System.IO.Hashing;
using System.Text;
using DeltaStream.Simulator.Loop;

namespace DeltaStream.Simulator.World;

/// <summary>What happens, one line each, with its virtual time. Two runs are the same if their traces are.</summary>
/// <param name="loop">The clock.</param>
/// <param name="write">Takes each line; null if only the hash is wanted.</param>
internal sealed class SimTrace(SimLoop loop, Action<string>? write)
{
    private readonly XxHash64 _hash = new();

    /// <summary>The hash of every line and of every pick of the loop.</summary>
    public ulong Hash
    {
        get
        {
            var all = new XxHash64();
            all.Append(_hash.GetCurrentHash());
            all.Append(BitConverter.GetBytes(loop.Picks));
            return all.GetCurrentHashAsUInt64();
        }
    }

    public int Lines { get; private set; }

    /// <summary>A line that is only written for people; the bytes stand for it in the hash.</summary>
    public void Write(string who, ReadOnlySpan<byte> bytes)
    {
        _hash.Append(BitConverter.GetBytes(loop.Now.Ticks));
        _hash.Append(Encoding.UTF8.GetBytes(who));
        _hash.Append(bytes);
        if (write is not null) write(Line(who, Encoding.UTF8.GetString(bytes)));
    }

    public void Write(string who, string what)
    {
        var line = Line(who, what);
        Lines++;
        _hash.Append(Encoding.UTF8.GetBytes(line));
        write?.Invoke(line);
    }

    private string Line(string who, string what) => string.Create(CultureInfo.InvariantCulture, $"{loop.Now.TotalSeconds,11:0.000000} {who,-8} {what}");
}
