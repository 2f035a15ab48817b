using System.Globalization;
using DeltaStream.Node.Settings;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace DeltaStream.Node.Logging;

/// <summary>Structured logs: one JSON object per line in production, readable lines in development.</summary>
internal static class GatewayLogging
{
    private const string Readable = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    /// <summary>Sends all logs, also Akka's, through Serilog to standard output.</summary>
    public static WebApplicationBuilder AddGatewayLogging(this WebApplicationBuilder builder, NodeSettings settings)
    {
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<LogLevelSwitch>();
        builder.Services.AddSerilog((services, logger) =>
        {
            logger.Shape(settings, services.GetRequiredService<LogLevelSwitch>().Serilog);
            if (settings.IsDevelopment)
                logger.WriteTo.Console(outputTemplate: Readable, formatProvider: CultureInfo.InvariantCulture);
            else
                logger.WriteTo.Console(new RenderedCompactJsonFormatter());
        });
        return builder;
    }

    /// <summary>The levels and fields of the log, for every output.</summary>
    internal static LoggerConfiguration Shape(this LoggerConfiguration logger, NodeSettings settings, LoggingLevelSwitch level) => logger
        .MinimumLevel.ControlledBy(level)
        .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
        .MinimumLevel.Override("System", LogEventLevel.Warning)
        // This logger writes nothing at these levels, but it would keep a scope and an activity for the life of each connection.
        .MinimumLevel.Override("Microsoft.AspNetCore.Hosting.Diagnostics", LevelAlias.Off)
        .MinimumLevel.Override("Garnet", LogEventLevel.Warning)
        .Filter.ByExcluding(IsForeignHandshake)
        .Filter.ByExcluding(IsStartGivenUp)
        .Enrich.FromLogContext()
        .Enrich.With<EventNameEnricher>()
        .Enrich.WithProperty("service", settings.ServiceName)
        .Enrich.WithProperty("node", settings.Cluster.Self.ToString());

    /// <summary>
    /// A connection to the cluster's port without a certificate would log a stack trace at each attempt. The warning that the
    /// connection was rejected follows in any case.
    /// </summary>
    private static bool IsForeignHandshake(LogEvent line) =>
        line.Exception is not null && line.Properties.TryGetValue("LogSource", out var source)
        && source is ScalarValue { Value: string name } && name.StartsWith("TcpServerHandler", StringComparison.Ordinal);

    /// <summary>A host that is told to stop during its start would log a failure with a stack trace.</summary>
    private static bool IsStartGivenUp(LogEvent line) =>
        line.Exception is OperationCanceledException && line.Properties.TryGetValue("SourceContext", out var source)
        && source is ScalarValue { Value: "Microsoft.Extensions.Hosting.Internal.Host" };
}
