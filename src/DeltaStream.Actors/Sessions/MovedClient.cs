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
/// <param name="Rooms">Its rooms, and what it has had of them. Chains that wait and do not go along are owed there.</param>
/// <param name="Answers">Answers that wait, in order.</param>
/// <param name="Updates">Updates that wait, in order.</param>
public sealed record MovedClient(
    string SessionId,
    ClientIdentity Identity,
    string? Pid,
    bool IsRecovered,
    string? Holder,
    FeedState Feed,
    MovedRooms Rooms,
    IReadOnlyList<Frame> Answers,
    IReadOnlyList<MarketUpdate> Updates);
