using System.Text.Json;
using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting.Logging;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Settings;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Compact;

namespace DeltaStream.Node.Tests.Logging;

/// <summary>Akka's own lines in the node's log: each argument stands in the hole that has its number.</summary>
public sealed class AkkaLoggerSpecs : ILogEventSink, IAsyncLifetime
{
    private readonly List<string> _lines = [];
    private ActorSystem _system = null!;

    private Akka.Event.ILoggingAdapter Log => Akka.Event.Logging.GetLogger(_system, "spec");

    public static TheoryData<string, object?[], string> Templates => new()
    {
        { "{0} then {1}", ["a", "b"], "a then b" },
        { "{1} {0}", ["a", "b"], "b a" },
        { "Cluster Node [{2}] - Marking unreachable node [{0}] as [{1}]", ["other", "Down", "self"], "Cluster Node [self] - Marking unreachable node [other] as [Down]" },
        { "{1}, {0}, {1}", ["a", "b"], "b, a, b" },
        { "{0} {1}", ["a"], "a {1}" },
        { "{1}", ["a"], "{1}" },
        { "{0}", ["a", "b"], "a" },
        { "{1,6}|{0:0.0}", [1.3, 25], "    25|1.3" },
        { "{who} does {what}", ["a", "b"], "a does b" },
        { "{{0}} {0}", ["a"], "{0} a" },
        { "no hole", ["a"], "no hole" },
        { "a null: {0}", [null], "a null: null" },
    };

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task A_placeholder_gets_the_argument_with_its_number(string template, object?[] arguments, string text)
    {
        Akka.Event.LoggingExtensions.Log(Log, Akka.Event.LogLevel.WarningLevel, template, arguments!);
        Assert.Equal(text, (await NextAsync()).GetProperty("@m").GetString()!.Replace("\"", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_text_is_logged_unchanged_with_its_source_level_and_exception_and_without_an_event_name()
    {
        Akka.Event.LoggingExtensions.Error(Log, new InvalidOperationException("why"), "Some text {x} }{");
        var line = await NextAsync();
        Assert.Equal("Some text {x} }{", line.GetProperty("@m").GetString());
        Assert.Equal("Error", line.GetProperty("@l").GetString());
        Assert.Contains("why", line.GetProperty("@x").GetString());
        Assert.StartsWith("spec", line.GetProperty("LogSource").GetString());
        Assert.False(line.TryGetProperty("event", out _));
    }

    public Task InitializeAsync()
    {
        var settings = NodeSettings.Read(new ConfigurationBuilder().Build(), true, Path.Combine(AppContext.BaseDirectory, "hocon"));
        var factory = LoggerFactory.Create(logging => logging.AddProvider(
            new SerilogLoggerProvider(new LoggerConfiguration().Shape(settings, new Serilog.Core.LoggingLevelSwitch(LogLevelSwitch.LevelOf(settings.LogLevel))).WriteTo.Sink(this).CreateLogger(), dispose: true)));
        var config = ConfigurationFactory.ParseString($"akka.loggers = [\"{typeof(AkkaLogger).AssemblyQualifiedName}\"]");
        _system = ActorSystem.Create("logged", BootstrapSetup.Create().WithConfig(config).And(new LoggerFactorySetup(factory)));
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _system.Terminate();

    void ILogEventSink.Emit(LogEvent logEvent)
    {
        using var text = new StringWriter();
        new RenderedCompactJsonFormatter().Format(logEvent, text);
        lock (_lines) _lines.Add(text.ToString());
    }

    private async Task<JsonElement> NextAsync()
    {
        string? line = null;
        await Eventually.True(() =>
        {
            lock (_lines) line = _lines.FirstOrDefault(it => it.Contains("\"LogSource\":\"spec", StringComparison.Ordinal));
            return line is not null;
        }, "the line is in the log");
        return JsonDocument.Parse(line!).RootElement;
    }
}
