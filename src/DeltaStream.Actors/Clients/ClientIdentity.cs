namespace DeltaStream.Actors.Clients;

/// <summary>
/// Who a client is and what it may do, as its token said when it was checked. It never changes: a renewed token makes a new
/// one. All of it is plain values, so that it can be kept with a session or go with it to another node.
/// </summary>
/// <param name="Subject">Who the client is; null where no token is asked for.</param>
/// <param name="Rooms">The rooms that the client may be in.</param>
/// <param name="Role">What the client is beyond a reader, e.g. <see cref="Operator"/>; null for nothing.</param>
/// <param name="ExpiresAt">Until when this holds; null: for ever.</param>
public sealed record ClientIdentity(string? Subject, RoomGrant Rooms, string? Role, DateTimeOffset? ExpiresAt)
{
    /// <summary>The role that operators' endpoints ask for.</summary>
    public const string Operator = "operator";

    /// <summary>Anybody, where no token is asked for: all rooms, for ever.</summary>
    public static readonly ClientIdentity Anonymous = new(null, RoomGrant.All, null, null);

    /// <summary>Whether the client is nobody in particular.</summary>
    public bool IsAnonymous => Subject is null;

    /// <summary>Whether this holds no longer.</summary>
    public bool HasExpired(DateTimeOffset now) => ExpiresAt <= now;
}
