using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Sessions;

/// <summary>
/// All that a client's actor knows of it, at a moment when nothing is under way: with this another node goes on where the
/// first one stopped. Nothing is lost but what is superseded, and nothing comes twice.
/// </summary>
/// <param name="SessionId">The public id.</param>
/// <param name="Identity">Who the client is.</param>
/// <param name="Pid">Its private id for state recovery; null for none.</param>
/// <param name="IsRecovered">Whether it came with that.</param>
/// <param name="Holder">Who holds its session in the store; null for nobody.</param>
/// <param name="Feed">What it was last told of the feed.</param>
/// <param name="NarrowLeft">What it had had of narrow rooms that it has just left.</param>
/// <param name="WideLeft">How far along wide rooms it was that it has just left.</param>
/// <param name="Rooms">Its rooms, and what it has had of them.</param>
/// <param name="Answers">Answers that wait, in order.</param>
/// <param name="Updates">Updates that wait, in order.</param>
public sealed record MovedClient(
    string SessionId,
    ClientIdentity Identity,
    string? Pid,
    bool IsRecovered,
    string? Holder,
    FeedState Feed,
    IReadOnlyList<(ConflationKey, Position)> NarrowLeft,
    IReadOnlyList<(Room, Position)> WideLeft,
    IReadOnlyList<MovedRoom> Rooms,
    IReadOnlyList<Frame> Answers,
    IReadOnlyList<MarketUpdate> Updates)
{
    /// <summary>Chains that wait as well and did not come along: those that it gets are the next node's, or newer.</summary>
    public IReadOnlyList<(ConflationKey Key, Position Position)> Owed { get; init; } = [];
}

/// <summary>A room that a moving client is in.</summary>
/// <param name="Room">The room.</param>
/// <param name="Position">The highest position that it has had over the room's topic.</param>
/// <param name="Delivered">For a room about one key: the position of that key's last value.</param>
/// <param name="Marks">What it has had ahead of the topic, or over another room.</param>
public sealed record MovedRoom(Room Room, Position Position, Position Delivered, IReadOnlyList<KeyValuePair<ConflationKey, Position>> Marks);
