using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Sessions;

/// <summary>What a client that moves has asked for beyond whole documents.</summary>
public sealed record MovedViews
{
    /// <summary>True if the client has paused its updates.</summary>
    public bool IsPaused { get; init; }

    /// <summary>The updates that are held back, the newest of each key.</summary>
    public IReadOnlyList<MarketUpdate> Held { get; init; } = [];

    /// <summary>The answers that are sent after the waiting updates.</summary>
    public IReadOnlyList<Frame> AnswersAfterUpdates { get; init; } = [];
}
