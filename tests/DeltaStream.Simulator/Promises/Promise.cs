namespace DeltaStream.Simulator.Promises;

/// <summary>A promise that is held after every step or in calm.</summary>
internal enum Promise
{
    /// <summary>A client gets each update once.</summary>
    Once,

    /// <summary>A client gets nothing older than what it has.</summary>
    NeverOlder,

    /// <summary>A client gets updates of its rooms only.</summary>
    OfItsRooms,

    /// <summary>In calm a client has the newest value of each key within a second.</summary>
    TheLastOne,

    /// <summary>One bridge publishes at a time.</summary>
    OnePublisher,

    /// <summary>In calm each client is connected and in the rooms that it wants.</summary>
    ComesBack,

    /// <summary>In calm every node is live.</summary>
    Live,

    /// <summary>What a client leaves behind is gone.</summary>
    NothingRemains,

    /// <summary>A problem is told while it lasts, and not longer.</summary>
    ProblemsAreTold,

    /// <summary>No actor fails by itself.</summary>
    NoActorFails,

    /// <summary>Everything runs on the loop.</summary>
    OneThread,
}

/// <summary>A promise that does not hold.</summary>
/// <param name="Promise">The promise.</param>
/// <param name="Text">What happened.</param>
internal sealed record BrokenPromise(Promise Promise, string Text)
{
    public override string ToString() => $"{Promise}: {Text}";
}
