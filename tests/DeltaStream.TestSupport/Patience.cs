using System.Diagnostics;
using System.Globalization;

namespace DeltaStream.TestSupport;

/// <summary>
/// How long tests wait, in one place: <c>AKKA_TEST_TIMEFACTOR</c> stretches every wait for a slow machine, and under a debugger a
/// breakpoint may stand for an hour before a test fails.
/// </summary>
public static class Patience
{
    /// <summary>Set to 1, it stands in for a debugger.</summary>
    public const string DebuggerVariable = "DELTASTREAM_TEST_DEBUGGER";

    /// <summary>A number from 1 on: <c>akka.test.timefactor</c>, for waits outside of the TestKit as well.</summary>
    public const string FactorVariable = "AKKA_TEST_TIMEFACTOR";

    // Short waits are stretched as well, and some of them are for nothing to come: no more than is needed.
    private const double DebuggerFactor = 200;

    private static readonly TimeSpan DebuggerMinimum = TimeSpan.FromHours(1);

    public static bool IsDebugged => Debugger.IsAttached || Environment.GetEnvironmentVariable(DebuggerVariable) == "1";

    /// <summary>By how much every time of a test is longer than it says.</summary>
    public static double Factor => IsDebugged ? DebuggerFactor
        : double.TryParse(Environment.GetEnvironmentVariable(FactorVariable), CultureInfo.InvariantCulture, out var factor) && factor >= 1 ? factor : 1;

    /// <summary>The TestKit's share, for the configuration of a spec's actor system.</summary>
    public static string Hocon => string.Create(CultureInfo.InvariantCulture, $$"""
        akka.test.timefactor = {{Factor}}
        akka.test.single-expect-default = 20s

        """);

    /// <summary>What a node is started with, so that it does not close the clients of a test that stands at a breakpoint.</summary>
    public static IReadOnlyList<(string Name, string Value)> NodeVariables => !IsDebugged ? [] :
    [
        ("deltastream__transports__ping-timeout", "60m"), ("deltastream__transports__upgrade-timeout", "60m"),
        ("deltastream__clients__stuck-write-timeout", "60m"), ("LIMIT_HANDSHAKE_SECONDS", "600"),
    ];

    /// <summary>How long a wait for something that must happen may take.</summary>
    public static TimeSpan For(TimeSpan time) => IsDebugged && time < DebuggerMinimum ? DebuggerMinimum : time * Factor;

    /// <inheritdoc cref="For(TimeSpan)"/>
    public static TimeSpan ForSeconds(double seconds) => For(TimeSpan.FromSeconds(seconds));
}
