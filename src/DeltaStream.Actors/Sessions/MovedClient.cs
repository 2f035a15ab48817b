using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Sessions;

/// <summary>
/// The complete state of a client's actor at a moment when nothing is in flight. Another node continues from here: the client
/// loses only superseded updates and gets nothing twice.
/// </summary>
/// <param name="SessionId">The public id.</param>
/// <param name="Identity">The client's identity.</param>
/// <param name="Pid">The private id for state recovery; null for none.</param>
/// <param name="IsRecovered">True if the client connected with that pid.</param>
/// <param name="Holder">The holder of the client's session in the store; null for none.</param>
/// <param name="Feed">The feed status that the client was told last.</param>
/// <param name="Rooms">
/// The client's rooms and the updates it has received. Waiting chains that stay behind are in <see cref="MovedRooms.NotReceived"/>.
/// </param>
/// <param name="Answers">The waiting answers, in order.</param>
/// <param name="Updates">The waiting updates, in order.</param>
public sealed record MovedClient(
    string SessionId,
    ClientIdentity Identity,
    string? Pid,
    bool IsRecovered,
    string? Holder,
    FeedState Feed,
    MovedRooms Rooms,
    IReadOnlyList<Frame> Answers,
    IReadOnlyList<MarketUpdate> Updates)
{
    /// <summary>What the client has asked for beyond whole documents; null for nothing.</summary>
    public MovedViews? Views { get; init; }
}
