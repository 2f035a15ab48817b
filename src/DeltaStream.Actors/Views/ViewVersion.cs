using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace DeltaStream.Actors.Views;

/// <summary>
/// The version of a reduced document: what a client holds of a chain. All clients with the same document share one object. A
/// version that a client sends (<c>have</c>) knows only its name until <see cref="ChainViews"/> has found it.
/// </summary>
internal sealed class ViewVersion
{
    private const int NameBytes = sizeof(ulong);

    private string? _text;

    /// <summary>A version by its name alone.</summary>
    internal ViewVersion(ulong name) => Name = name;

    /// <summary>A hash of the document, of what reduces it, and of the centre where the view's window follows the spot.</summary>
    internal ulong Name { get; }

    /// <summary>The shape that the version was made for; null if only the name is known.</summary>
    internal ViewShape? Shape { get; init; }

    /// <summary>The history in which the version is known; null if only the name is known.</summary>
    internal object? History { get; init; }

    /// <summary>The step of the history at which its document came.</summary>
    internal int Step { get; init; }

    /// <summary>The chain's centre in that document.</summary>
    internal double? Centre { get; init; }

    /// <summary>False if its chain has no deltas.</summary>
    internal bool IsOrdered { get; init; }

    /// <summary>A hash of the reduced document where its chain has no deltas; otherwise 0.</summary>
    internal ulong Hash { get; set; }

    /// <summary>The text for the wire: eleven letters and digits, to be compared for equality alone.</summary>
    public string Text => _text ??= Base64Url.EncodeToString(MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>([Name])));

    /// <summary>Reads a version that a client holds. Text that is no version gives one that no node knows.</summary>
    public static ViewVersion Parse(string text)
    {
        Span<byte> name = stackalloc byte[NameBytes];
        // The Try method throws at a text that is not Base64Url; this one says so.
        var isVersion = Base64Url.DecodeFromChars(text, name, out _, out var read) == OperationStatus.Done && read == NameBytes;
        return new(isVersion ? MemoryMarshal.Read<ulong>(name) : 0);
    }

    public override string ToString() => Text;
}
