namespace DeltaStream.Node.Logging;

/// <summary>What the host itself has to say: each line a named event with a stable id.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(1, LogLevel.Information, "socket_gateway_starting {port} {cluster_node} {roles}", EventName = "socket_gateway_starting")]
    public static partial void Starting(this ILogger logger, int port, string cluster_node, string roles);

    [LoggerMessage(2, LogLevel.Information, "socket_gateway_stopping {drain_seconds}", EventName = "socket_gateway_stopping")]
    public static partial void Stopping(this ILogger logger, double drain_seconds);

    [LoggerMessage(3, LogLevel.Information, "socket_gateway_stopped", EventName = "socket_gateway_stopped")]
    public static partial void Stopped(this ILogger logger);

    [LoggerMessage(4, LogLevel.Warning, "socket_gateway_stop_forced: stopping took too long, the process ends now", EventName = "socket_gateway_stop_forced")]
    public static partial void StopForced(this ILogger logger);

    [LoggerMessage(5, LogLevel.Information, "embedded_redis_started {redis_url}", EventName = "embedded_redis_started")]
    public static partial void EmbeddedRedisStarted(this ILogger logger, string redis_url);

    [LoggerMessage(7, LogLevel.Warning, "embedded_redis_port_taken {port}: another process has it, so the embedded server listens on {free_port}", EventName = "embedded_redis_port_taken")]
    public static partial void EmbeddedRedisPortTaken(this ILogger logger, int port, int free_port);

    [LoggerMessage(6, LogLevel.Warning, "redis_intake_overflow: messages come faster than the bridge takes them; only the newest of each key waits", EventName = "redis_intake_overflow")]
    public static partial void IntakeOverflow(this ILogger logger);
}
