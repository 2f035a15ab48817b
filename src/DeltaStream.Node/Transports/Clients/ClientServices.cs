using Akka.Actor;
using DeltaStream.Actors.Sessions;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Authentication;

namespace DeltaStream.Node.Transports.Clients;

/// <summary>The services that all clients share.</summary>
/// <param name="Supervisor">The actor that opens clients. It is resolved at each connection, so it may start after the host is built.</param>
/// <param name="Tokens">Checks clients' tokens.</param>
/// <param name="Recovery">Keeps the rooms of clients that lose their connection; null for no recovery.</param>
/// <param name="Rate">The most messages that a client may send.</param>
/// <param name="Time">The clock.</param>
internal sealed record ClientServices(
    Func<IActorRef> Supervisor, ITokenValidator Tokens, SessionRecovery? Recovery, MessageRate Rate, TimeProvider Time)
{
    /// <summary>The largest message of a client, in bytes.</summary>
    public int MostBytes { get; init; } = 65536;

    private readonly long _start = Time.GetTimestamp();

    /// <summary>The time in ticks. It is monotonic and does not follow the wall clock.</summary>
    public long Now => Time.GetElapsedTime(_start).Ticks;
}
