using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>Keeps what is logged: the event's name and its fields.</summary>
internal sealed class MemoryLogs : ILoggerFactory, ILogger
{
    public ConcurrentQueue<(string Event, IReadOnlyDictionary<string, object?> Fields)> Entries { get; } = [];

    public IEnumerable<IReadOnlyDictionary<string, object?>> Of(string name) => Entries.Where(it => it.Event == name).Select(it => it.Fields);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Entries.Enqueue((eventId.Name!, ((IEnumerable<KeyValuePair<string, object?>>)state!).ToDictionary(field => field.Key, field => field.Value)));

    public void Dispose()
    {
        // Nothing is held.
    }
}
