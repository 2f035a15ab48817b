using Akka.Event;

namespace DeltaStream.Actors.Telemetry;

/// <summary>
/// The logger that Akka uses before an actor system has its loggers and after it has stopped them. Akka's default prints plain
/// lines between the lines of the structured log, regardless of <c>stdout-loglevel</c>.
/// </summary>
internal sealed class SilentLogger : MinimalLogger
{
    /// <summary>Drops the event.</summary>
    protected override void Log(object message)
    {
    }
}
