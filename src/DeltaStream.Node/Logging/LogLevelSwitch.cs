using DeltaStream.Node.Settings;
using Serilog.Core;
using Serilog.Events;

namespace DeltaStream.Node.Logging;

/// <summary>
/// The lowest level that the node logs. An operator can change it for a while; then it goes back to that of the settings by itself,
/// so that nobody leaves a node at debug. Safe to use from any thread.
/// </summary>
internal sealed class LogLevelSwitch : IDisposable
{
    private readonly Lock _gate = new();
    private readonly LogLevel _usual;
    private readonly TimeProvider _time;
    private ITimer? _back;
    private int _change;

    /// <summary>Starts at the level of the settings.</summary>
    public LogLevelSwitch(NodeSettings settings, TimeProvider time)
    {
        (_usual, _time) = (settings.LogLevel, time);
        Level = _usual;
        Serilog = new LoggingLevelSwitch(LevelOf(_usual));
    }

    /// <summary>The level now.</summary>
    public LogLevel Level { get; private set; }

    /// <summary>What the logger asks for each line.</summary>
    public LoggingLevelSwitch Serilog { get; }

    /// <summary>Sets the level for a time; null: until it is set again.</summary>
    public void Set(LogLevel level, TimeSpan? within)
    {
        lock (_gate)
        {
            var change = ++_change;
            _back?.Dispose();
            _back = within is { } time ? _time.CreateTimer(_ => GoBack(change), null, time, Timeout.InfiniteTimeSpan) : null;
            Use(level);
        }
    }

    /// <summary>The logger's name of a level.</summary>
    public static LogEventLevel LevelOf(LogLevel level) => level switch
    {
        LogLevel.Debug => LogEventLevel.Debug,
        LogLevel.Information => LogEventLevel.Information,
        LogLevel.Warning => LogEventLevel.Warning,
        _ => LogEventLevel.Error,
    };

    public void Dispose() => _back?.Dispose();

    private void GoBack(int change)
    {
        // A timer that fires while another level is being set must not undo it.
        lock (_gate)
            if (change == _change) Use(_usual);
    }

    private void Use(LogLevel level) => (Level, Serilog.MinimumLevel) = (level, LevelOf(level));
}
