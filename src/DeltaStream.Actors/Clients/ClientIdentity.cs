namespace DeltaStream.Actors.Clients;

/// <summary>
/// The identity and rights of a client, from its token. It is immutable: a renewed token makes a new identity. It has only
/// plain values, so it can be stored with a session or move to another node with it.
/// </summary>
/// <param name="Subject">The token's subject; null without authentication.</param>
/// <param name="Rooms">The rooms that the client may join.</param>
/// <param name="Role">A role beyond reading, for example <see cref="Operator"/>; null for none.</param>
/// <param name="ExpiresAt">The expiry; null for never.</param>
public sealed record ClientIdentity(string? Subject, RoomGrant Rooms, string? Role, DateTimeOffset? ExpiresAt)
{
    /// <summary>The role that operators' endpoints require.</summary>
    public const string Operator = "operator";

    /// <summary>The identity without authentication: all rooms, and no expiry.</summary>
    public static readonly ClientIdentity Anonymous = new(null, RoomGrant.All, null, null);

    public bool IsAnonymous => Subject is null;

    public bool HasExpired(DateTimeOffset now) => ExpiresAt <= now;
}
