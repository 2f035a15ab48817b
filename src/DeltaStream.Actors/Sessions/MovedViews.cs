using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Sessions;

/// <summary>What a client that moves has asked for beyond whole documents.</summary>
public sealed record MovedViews
{
    /// <summary>The rooms with a view.</summary>
    public IReadOnlyList<MovedView> Rooms { get; init; } = [];

    /// <summary>True if the client has paused its updates.</summary>
    public bool IsPaused { get; init; }

    /// <summary>The updates that are held back, the newest of each key.</summary>
    public IReadOnlyList<MarketUpdate> Held { get; init; } = [];

    /// <summary>The answers that are sent after the waiting updates.</summary>
    public IReadOnlyList<Frame> AnswersAfterUpdates { get; init; } = [];
}

/// <summary>A room's view of a client that moves.</summary>
/// <param name="Room">The room.</param>
/// <param name="View">The view as JSON.</param>
/// <param name="Told">The room's status that the client was told last; 0 for none.</param>
/// <param name="Versions">The versions that the client has.</param>
public sealed record MovedView(Room Room, string View, byte Told, IReadOnlyList<(ConflationKey Key, string Version)> Versions);
