namespace DeltaStream.Actors.Clients;

/// <summary>The limits of a client, and the times of its notices.</summary>
public sealed record ClientSettings
{
    /// <summary>The maximum number of rooms per client, <c>general</c> included. At least 1.</summary>
    public int MaxSubscriptions { get; init; } = 300;

    /// <summary>The maximum rate at which a client joins rooms; each <c>subscribe</c> counts.</summary>
    public RateLimit Joins { get; init; } = new(50, 300);

    /// <summary>The maximum number of a client's views that differ in more than rate, status and meta.</summary>
    public int MaxViews { get; init; } = 32;

    /// <summary>The maximum number of such views on the node. Beyond it a client that has more than four gets no further one.</summary>
    public int MaxNodeViews { get; init; } = 20_000;

    /// <summary>How long the row versions of a chain are kept after the last view of it was left.</summary>
    public TimeSpan ViewsLinger { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A room is quiet if nothing was received for it within this time.</summary>
    public TimeSpan RoomQuietAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The maximum bytes that a client's requests make the node send: snapshots and lists.</summary>
    public RateLimit RequestedBytes { get; init; } = new(4 * 1024 * 1024, 16 * 1024 * 1024);

    /// <summary>The maximum number of waiting answers. A client with more is a slow consumer.</summary>
    public int MaxWaitingAnswers { get; init; } = 256;

    /// <summary>The maximum bytes of waiting answers. A client with more is a slow consumer.</summary>
    public int MaxWaitingAnswerBytes { get; init; } = 64 * 1024;

    /// <summary>The time after which a client with a stuck write is a slow consumer. Detection takes up to twice as long.</summary>
    public TimeSpan StuckWriteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long before its token expires a client gets a notice.</summary>
    public TimeSpan ExpiryNotice { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long after a lost connection a client can recover its rooms; zero turns recovery off.</summary>
    public TimeSpan RecoveryWindow { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The maximum number of clients on the node; 0 for no limit.</summary>
    public int MaxClients { get; init; }
}
