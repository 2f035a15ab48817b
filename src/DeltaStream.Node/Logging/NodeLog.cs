namespace DeltaStream.Node.Logging;

/// <summary>The log events of the host, each with a name and a stable id.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(1, LogLevel.Information, "socket_gateway_starting {port} {cluster_node} {roles} {version} {commit}", EventName = "socket_gateway_starting")]
    public static partial void Starting(this ILogger logger, int port, string cluster_node, string roles, string version, string commit);

    [LoggerMessage(2, LogLevel.Information, "socket_gateway_stopping {drain_delay_seconds} {drain_seconds}", EventName = "socket_gateway_stopping")]
    public static partial void Stopping(this ILogger logger, double drain_delay_seconds, double drain_seconds);

    [LoggerMessage(3, LogLevel.Information, "socket_gateway_stopped", EventName = "socket_gateway_stopped")]
    public static partial void Stopped(this ILogger logger);

    [LoggerMessage(4, LogLevel.Warning, "socket_gateway_stop_forced: stopping took too long, the process ends now", EventName = "socket_gateway_stop_forced")]
    public static partial void StopForced(this ILogger logger);

    [LoggerMessage(6, LogLevel.Information, "socket_gateway_draining {clients}", EventName = "socket_gateway_draining")]
    public static partial void Draining(this ILogger logger, int clients);

    [LoggerMessage(5, LogLevel.Information, "embedded_redis_started {redis_url}", EventName = "embedded_redis_started")]
    public static partial void EmbeddedRedisStarted(this ILogger logger, string redis_url);

    [LoggerMessage(7, LogLevel.Warning, "embedded_redis_port_taken {port}: another process has it, so the embedded server listens on {free_port}", EventName = "embedded_redis_port_taken")]
    public static partial void EmbeddedRedisPortTaken(this ILogger logger, int port, int free_port);

    [LoggerMessage(8, LogLevel.Error, "demo_market_failed: the simulated market ended; a node that offers it starts it again", EventName = "demo_market_failed")]
    public static partial void DemoMarketFailed(this ILogger logger, Exception exception);

    [LoggerMessage(9, LogLevel.Error, "background_step_failed {step}: it is tried again", EventName = "background_step_failed")]
    public static partial void StepFailed(this ILogger logger, string step, Exception exception);

    [LoggerMessage(20, LogLevel.Warning, "cluster_no_seed {tried} {seconds}: no node answers that this one was told to join, or none lets it in; it goes on trying and is not ready", EventName = "cluster_no_seed")]
    public static partial void NoSeed(this ILogger logger, string tried, double seconds);

    [LoggerMessage(21, LogLevel.Error, "cluster_split {others}: these nodes use the same Redis but belong to another cluster; only one of the two has the feed", EventName = "cluster_split")]
    public static partial void OtherCluster(this ILogger logger, string others);

    [LoggerMessage(22, LogLevel.Warning, "cluster_port_open {bind_host}: any machine that reaches the cluster's port can join; set CLUSTER_TLS_CERTIFICATE, CLUSTER_TLS_KEY and CLUSTER_TLS_CA, or make sure that only the nodes reach it", EventName = "cluster_port_open")]
    public static partial void PortOpen(this ILogger logger, string bind_host);

    [LoggerMessage(23, LogLevel.Error, "cluster_lost {reason}: the node was downed, removed or refused by its cluster; the process ends, to be started again", EventName = "cluster_lost")]
    public static partial void ClusterLost(this ILogger logger, string reason);

    [LoggerMessage(28, LogLevel.Warning, "cluster_peer_refused {remote} {reason}", EventName = "cluster_peer_refused")]
    public static partial void PeerRefused(this ILogger logger, string remote, string reason);

    [LoggerMessage(24, LogLevel.Information, "https_certificate_loaded {subject} {not_after}", EventName = "https_certificate_loaded")]
    public static partial void CertificateLoaded(this ILogger logger, string subject, DateTime not_after);

    [LoggerMessage(25, LogLevel.Error, "https_certificate_unusable {error}: the previous certificate stays in use", EventName = "https_certificate_unusable")]
    public static partial void CertificateUnusable(this ILogger logger, string error);

    [LoggerMessage(29, LogLevel.Warning, "certificate_expires {certificate} {subject} {not_after} {days}: renew it", EventName = "certificate_expires")]
    public static partial void CertificateExpires(this ILogger logger, string certificate, string subject, DateTime not_after, double days);

    [LoggerMessage(30, LogLevel.Information, "certificate_renewed {certificate} {subject} {not_after}", EventName = "certificate_renewed")]
    public static partial void CertificateRenewed(this ILogger logger, string certificate, string subject, DateTime not_after);

    [LoggerMessage(31, LogLevel.Information, "cluster_member_up {member} {roles}", EventName = "cluster_member_up")]
    public static partial void MemberUp(this ILogger logger, string member, string roles);

    [LoggerMessage(32, LogLevel.Warning, "cluster_member_unreachable {member}: it is lost, cut off, paused or starved; it comes back or is removed", EventName = "cluster_member_unreachable")]
    public static partial void MemberUnreachable(this ILogger logger, string member);

    [LoggerMessage(33, LogLevel.Information, "cluster_member_reachable {member}", EventName = "cluster_member_reachable")]
    public static partial void MemberReachable(this ILogger logger, string member);

    [LoggerMessage(34, LogLevel.Information, "cluster_member_removed {member} {previous_status}", EventName = "cluster_member_removed")]
    public static partial void MemberRemoved(this ILogger logger, string member, string previous_status);

    [LoggerMessage(26, LogLevel.Error, "redis_login_refused {redis_url} {error}: the connection is not used, and it is tried again", EventName = "redis_login_refused")]
    public static partial void RedisLoginRefused(this ILogger logger, string redis_url, string error);

    [LoggerMessage(40, LogLevel.Error, "redis_refuses {word} {error} {command}", EventName = "redis_refuses")]
    public static partial void RedisRefuses(this ILogger logger, string word, string error, string command);

    [LoggerMessage(41, LogLevel.Error, "redis_read_only {word} {error} {command}: another Redis is the primary", EventName = "redis_read_only")]
    public static partial void RedisReadOnly(this ILogger logger, string word, string error, string command);

    [LoggerMessage(42, LogLevel.Error, "redis_no_permission {word} {error} {command}: the Redis user lacks a right that docs/redis.md lists", EventName = "redis_no_permission")]
    public static partial void RedisNoPermission(this ILogger logger, string word, string error, string command);

    [LoggerMessage(43, LogLevel.Information, "redis_accepts {word} {seconds}: what Redis refused with this word works again", EventName = "redis_accepts")]
    public static partial void RedisAccepts(this ILogger logger, string word, double seconds);

    [LoggerMessage(27, LogLevel.Information, "redis_login_accepted {redis_url}", EventName = "redis_login_accepted")]
    public static partial void RedisLoginAccepted(this ILogger logger, string redis_url);
}
