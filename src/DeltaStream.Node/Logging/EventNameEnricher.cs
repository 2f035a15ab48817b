using Serilog.Core;
using Serilog.Events;

namespace DeltaStream.Node.Logging;

/// <summary>
/// Gives every log line that has an event name the field <c>event</c>, as the Flask gateway's lines have, so that a query
/// names the event and not a text.
/// </summary>
internal sealed class EventNameEnricher : ILogEventEnricher
{
    private const string Source = "EventId";

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (!logEvent.Properties.TryGetValue(Source, out var value) || value is not StructureValue id) return;
        logEvent.RemovePropertyIfPresent(Source);
        if (id.Properties.FirstOrDefault(property => property.Name == "Name")?.Value is ScalarValue { Value: string name })
            logEvent.AddPropertyIfAbsent(new LogEventProperty("event", new ScalarValue(name)));
    }
}
