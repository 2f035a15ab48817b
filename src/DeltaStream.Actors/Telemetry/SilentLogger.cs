using Akka.Event;

namespace DeltaStream.Actors.Telemetry;

/// <summary>
/// What Akka falls back to while an actor system has no loggers yet and none any more. Its own prints plain lines between those
/// of the structured log, whatever <c>stdout-loglevel</c> says.
/// </summary>
internal sealed class SilentLogger : MinimalLogger
{
    /// <summary>Leaves the event out.</summary>
    protected override void Log(object message)
    {
    }
}
