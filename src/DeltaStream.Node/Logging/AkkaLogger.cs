using System.Globalization;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;
using Akka.Hosting.Logging;
using AkkaLevel = Akka.Event.LogLevel;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace DeltaStream.Node.Logging;

/// <summary>
/// Writes Akka's own lines to the node's log. Akka.Hosting's logger gives the first argument to the first placeholder of a template
/// and ignores the placeholder's number. Akka writes <c>Cluster Node [{2}] - Marking unreachable node [{0}] as [{1}]</c>, which
/// would then name the wrong node.
/// </summary>
internal sealed class AkkaLogger : ActorBase, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private const string Template = "{OriginalFormat}";

    private readonly ILogger _log = Context.System.Settings.Setup.Get<LoggerFactorySetup>().Value.LoggerFactory.CreateLogger<ActorSystem>();

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                return true;
            case LogEvent line:
                _log.Log(LevelOf(line.LogLevel()), default, StateOf(line, Sender.Path.ToString()), line.Cause, static (state, _) => $"{state[^1].Value}");
                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// The placeholders of a template with their arguments: <c>{1}</c> is the second argument at any place in the template.
    /// </summary>
    internal static List<KeyValuePair<string, object?>> StateOf(LogEvent line, string actor)
    {
        List<KeyValuePair<string, object?>> state = [new("LogSource", line.LogSource), new("ActorPath", actor)];
        if (line.Message is LogMessage message)
        {
            object?[] arguments = [.. message.Parameters()];
            foreach (var (place, hole) in message.PropertyNames.Distinct().Index())
            {
                var argument = int.TryParse(hole, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : place;
                if (argument < arguments.Length) state.Add(new(hole, arguments[argument]));
            }

            state.Add(new(Template, message.Format));
        }
        else
        {
            // A finished text: its braces are not placeholders.
            state.Add(new(Template, line.Message?.ToString()?.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal) ?? ""));
        }

        return state;
    }

    private static Level LevelOf(AkkaLevel level) => level switch
    {
        AkkaLevel.DebugLevel => Level.Debug,
        AkkaLevel.InfoLevel => Level.Information,
        AkkaLevel.WarningLevel => Level.Warning,
        _ => Level.Error,
    };
}
