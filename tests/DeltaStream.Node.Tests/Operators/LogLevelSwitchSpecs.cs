using DeltaStream.Node.Logging;
using DeltaStream.Node.Operators;
using DeltaStream.Node.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Serilog.Events;

namespace DeltaStream.Node.Tests.Operators;

/// <summary>The log level goes back by itself; which names an operator may ask under.</summary>
public sealed class LogLevelSwitchSpecs
{
    private static readonly NodeSettings Settings =
        NodeSettings.Read(new ConfigurationBuilder().Build(), isDevelopment: true, Path.Combine(AppContext.BaseDirectory, "hocon"));

    [Fact]
    public void A_changed_level_ends_after_its_time_and_a_later_change_has_its_own()
    {
        var time = new FakeTimeProvider();
        using var level = new LogLevelSwitch(Settings, time);
        Assert.Equal(LogEventLevel.Information, level.Serilog.MinimumLevel);
        level.Set(LogLevel.Debug, TimeSpan.FromMinutes(10));
        time.Advance(TimeSpan.FromMinutes(9));
        level.Set(LogLevel.Error, TimeSpan.FromMinutes(10));
        time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal((LogLevel.Error, LogEventLevel.Error), (level.Level, level.Serilog.MinimumLevel));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((LogLevel.Information, LogEventLevel.Information), (level.Level, level.Serilog.MinimumLevel));
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("[::1]", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("ops.example", true)]
    [InlineData("10.1.2.4", false)]
    [InlineData("evil.example", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("", false)]
    public void Only_names_of_this_machine_and_allowed_ones_may_be_asked(string host, bool allowed) =>
        Assert.Equal(allowed, new OperatorHosts(["ops.example"]).Allows(host, System.Net.IPAddress.Parse("::ffff:10.1.2.3")));
}
