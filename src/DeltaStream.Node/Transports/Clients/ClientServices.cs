using Akka.Actor;
using DeltaStream.Actors.Sessions;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Authentication;

namespace DeltaStream.Node.Transports.Clients;

/// <summary>What all of the gateway's connections share.</summary>
/// <param name="Supervisor">Who opens clients; asked for with each connection, so that it may start after the host was built.</param>
/// <param name="Tokens">Who says what a client's token is worth.</param>
/// <param name="Recovery">Who keeps the rooms of clients that lose their connection; null where nobody does.</param>
/// <param name="Rate">How many messages a client may send.</param>
/// <param name="Time">The clock.</param>
internal sealed record ClientServices(
    Func<IActorRef> Supervisor, ITokenValidator Tokens, SessionRecovery? Recovery, MessageRate Rate, TimeProvider Time)
{
    private readonly long _start = Time.GetTimestamp();

    /// <summary>The time, in ticks: monotonic, never the wall clock.</summary>
    public long Now => Time.GetElapsedTime(_start).Ticks;
}
