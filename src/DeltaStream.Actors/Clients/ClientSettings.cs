namespace DeltaStream.Actors.Clients;

/// <summary>What bounds a client, and what it is told of the node.</summary>
public sealed record ClientSettings
{
    /// <summary>Rooms that a client may be in at once, <c>general</c> included. At least 1.</summary>
    public int MaxSubscriptions { get; init; } = 100;

    /// <summary>Answers that may wait for a client before it is a slow consumer.</summary>
    public int ControlLaneEntries { get; init; } = 256;

    /// <summary>Bytes of answers that may wait for a client before it is a slow consumer.</summary>
    public int ControlLaneBytes { get; init; } = 64 * 1024;

    /// <summary>How long one write may be stuck, at least; twice as long at most. Then the client is a slow consumer.</summary>
    public TimeSpan StuckWriteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long before its token expires a client is told.</summary>
    public TimeSpan ExpiryNotice { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long after the loss of its connection a client finds its rooms again; zero: never.</summary>
    public TimeSpan RecoveryWindow { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Clients that the node takes; 0: no limit.</summary>
    public int MaxClients { get; init; }
}
