using Microsoft.Extensions.Logging;

namespace DeltaStream.Simulator.World;

/// <summary>The node's log: every line is in the trace.</summary>
internal sealed class SimLogs(SimNode node) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) node.World.Trace.Write(node.Name, formatter(state, exception));
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}
