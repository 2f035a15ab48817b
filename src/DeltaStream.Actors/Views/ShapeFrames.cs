using System.IO.Hashing;
using System.Text;

namespace DeltaStream.Actors.Views;

/// <summary>What one shape's clients are sent of one document. It is thrown away with the document.</summary>
/// <param name="chain">The chain's product and expiry, as the members of an object.</param>
/// <param name="columns">The shape's columns in the chain.</param>
/// <param name="document">The document.</param>
/// <param name="version">The shape's version of it.</param>
internal sealed class ShapeFrames(byte[] chain, ShapeColumns columns, ChainDocument document, ViewVersion version)
{
    // One digit and a comma, and the object {"strike":1} with a comma.
    private const int LeastOfValue = 2;
    private const int LeastOfRow = 13;

    private readonly Dictionary<ulong, ViewDelta> _deltas = [];
    private readonly StrikeRange? _range = columns.Shape.Window?.In(document.Grid, version.Centre);

    public ViewVersion Version { get; } = version;

    /// <summary>The whole reduced document as the shape's mode sends it.</summary>
    public ViewFrames Whole => field ??= columns.Shape.IsDelta ? Snapshot() : Update();

    /// <summary>The delta from a base.</summary>
    /// <param name="base">A version of the shape that the chain's history knows.</param>
    /// <param name="versions">The history, whose document is this one.</param>
    public ViewDelta From(ViewVersion @base, RowVersions versions)
    {
        if (_deltas.TryGetValue(@base.Name, out var known)) return known;
        var to = ByteWriter.Shared();
        Begin(to);
        to.Add(",\"base\":\""u8);
        to.Add(Encoding.ASCII.GetBytes(@base.Text));
        to.Add('"');
        var metaAt = AddVersion(to);
        var baseRange = columns.Shape.Window?.In(versions.GridAt(@base.Step), @base.Centre);
        ChainDelta.Write(to, columns, versions, _range ?? StrikeRange.All, baseRange ?? StrikeRange.All, @base.Step);
        var isEmpty = to.Length == metaAt;
        to.Add('}');
        known = isEmpty ? new(null, Renew(@base), IsSmaller: false) : Made(new("chain_delta", to.ToArray(), metaAt));
        _deltas.Add(@base.Name, known);
        return known;

        // Decided once for all clients.
        ViewDelta Made(ViewFrames delta) => new(delta, Version, IsSmaller(delta));
    }

    /// <summary>
    /// A version with the name of another one, whose document is equal to this one in the view. The client keeps its name, and the
    /// next delta begins here.
    /// </summary>
    public ViewVersion Renew(ViewVersion equal) => new(equal.Name)
    {
        Shape = Version.Shape, History = Version.History, Step = Version.Step, Centre = Version.Centre, IsOrdered = Version.IsOrdered, Hash = Version.Hash,
    };

    /// <summary>True if a delta is smaller than the snapshot, which is made only if that is in doubt.</summary>
    private bool IsSmaller(ViewFrames delta) => delta.Length <= LeastOfSnapshot() || delta.Length < Whole.Length;

    /// <summary>A hash of the reduced document, by which documents without deltas are compared.</summary>
    public ulong HashOf()
    {
        var to = ByteWriter.Shared();
        ReducedChain.Write(to, columns, document, _range);
        return XxHash3.HashToUInt64(to.Written);
    }

    /// <summary>A length that the snapshot can't be below: each row has a strike, and in format compact each value.</summary>
    private int LeastOfSnapshot()
    {
        if (_range is { Only: not null }) return 0;
        var rows = 0;
        if (columns.Shape.Sides != ViewSides.Puts) rows += CountOf(document.Calls);
        if (columns.Shape.Sides != ViewSides.Calls) rows += CountOf(document.Puts);
        return rows * (columns.Shape.IsCompact ? (columns.Numbers.Length + 1) * LeastOfValue : LeastOfRow);

        int CountOf(Side side) => side.In(_range ?? StrikeRange.All).GetOffsetAndLength(side.Count).Length;
    }

    private ViewFrames Update()
    {
        var to = ByteWriter.Shared();
        ReducedChain.Write(to, columns, document, _range);
        return new("chain_update", to.ToArray(), -1);
    }

    private ViewFrames Snapshot()
    {
        var to = ByteWriter.Shared();
        Begin(to);
        var metaAt = AddVersion(to);
        if (columns.Shape.IsCompact)
        {
            to.Add(",\"fields\":[\"strike\""u8);
            for (var i = 0; i < columns.Numbers.Length; i++)
            {
                to.Add(',');
                to.Add(columns.Quoted(i)[..^1]);
            }

            to.Add(']');
        }

        to.Add(",\"chain\":"u8);
        ReducedChain.Write(to, columns, document, _range);
        to.Add('}');
        return new("chain_snapshot", to.ToArray(), metaAt);
    }

    private void Begin(ByteWriter to)
    {
        to.Add('{');
        to.Add(chain);
    }

    private int AddVersion(ByteWriter to)
    {
        to.Add(",\"version\":\""u8);
        to.Add(Encoding.ASCII.GetBytes(Version.Text));
        to.Add('"');
        return to.Length;
    }
}

/// <summary>The way from one version to the newest.</summary>
/// <param name="Frames">The frames; null if nothing changed in the view.</param>
/// <param name="Version">The version that the client has afterwards.</param>
/// <param name="IsSmaller">True if the frames are smaller than the snapshot.</param>
internal sealed record ViewDelta(ViewFrames? Frames, ViewVersion Version, bool IsSmaller);
