using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Views;

internal enum EncodingKind : byte
{
    /// <summary>The client has the newest document of its view already.</summary>
    Nothing = 0,

    /// <summary>A <c>chain_update</c> with the reduced document.</summary>
    Full = 1,

    /// <summary>A <c>chain_snapshot</c>.</summary>
    Snapshot = 2,

    /// <summary>A <c>chain_delta</c>.</summary>
    Delta = 3,
}

/// <summary>Why a client in mode delta gets a snapshot.</summary>
internal enum SnapshotReason : byte
{
    None = 0,

    /// <summary>The client has no version.</summary>
    First = 1,

    /// <summary>A delta is not smaller.</summary>
    Smaller = 2,

    /// <summary>The node does not know the client's version, or not any more.</summary>
    Forgotten = 3,

    /// <summary>The chain has no deltas: rows without a strike, or strikes that do not ascend.</summary>
    Unordered = 4,

    /// <summary>The client's version is of another view.</summary>
    View = 5,
}

/// <summary>What a client is sent of a chain.</summary>
/// <param name="Frame">The frame; null if nothing is to be sent.</param>
/// <param name="Version">The version that the client holds afterwards.</param>
/// <param name="Kind">What the frame is.</param>
/// <param name="Reason">Why it is a snapshot.</param>
/// <param name="Update">The update that the client has afterwards: the one that was asked for, or a newer one of the same chain.</param>
/// <param name="IsNew">True if the frame was made just now, and not for another client before.</param>
internal readonly record struct ViewEncoding(
    Frame? Frame, ViewVersion Version, EncodingKind Kind, SnapshotReason Reason, MarketUpdate Update, bool IsNew);
