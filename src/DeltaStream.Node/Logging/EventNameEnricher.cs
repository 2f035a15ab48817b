using Serilog.Core;
using Serilog.Events;

namespace DeltaStream.Node.Logging;

/// <summary>
/// Gives every log line with an event name the field <c>event</c>, as the Flask gateway's lines have it, so that a query can use
/// the event instead of the text. Lines of Akka and ASP.NET Core have no event name.
/// </summary>
internal sealed class EventNameEnricher : ILogEventEnricher
{
    private const string Source = "EventId";

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (NameOf(logEvent) is { } name) logEvent.AddPropertyIfAbsent(new LogEventProperty("event", new ScalarValue(name)));
        logEvent.RemovePropertyIfPresent(Source);
    }

    private static string? NameOf(LogEvent logEvent)
    {
        if (logEvent.Properties.TryGetValue(Source, out var value) && value is StructureValue id
            && id.Properties.FirstOrDefault(property => property.Name == "Name")?.Value is ScalarValue { Value: string name })
            return name;
        return null;
    }
}
