namespace DeltaStream.Actors.Telemetry;

/// <summary>A kind of fault that makes a node degraded although it works. <c>/health</c> names it and a log event explains it.</summary>
public sealed record Problem
{
    /// <summary>Redis refuses commands. The detail is Redis's own word and text.</summary>
    public static readonly Problem RedisRefuses = new("redis_refuses");

    /// <summary>Redis is a replica, so another Redis is the primary.</summary>
    public static readonly Problem RedisReadOnly = new("redis_read_only");

    /// <summary>The Redis user has no permission for a command, a key or a channel.</summary>
    public static readonly Problem RedisNoPermission = new("redis_no_permission");

    /// <summary>Other nodes of the cluster use another Redis.</summary>
    public static readonly Problem RedisDiffers = new("redis_differs");

    /// <summary>Redis refused the login.</summary>
    public static readonly Problem RedisLoginRefused = new("redis_login_refused");

    /// <summary>The node's clock differs from Redis's clock.</summary>
    public static readonly Problem ClockDiffers = new("clock_differs");

    /// <summary>A certificate of the node expires soon or has expired.</summary>
    public static readonly Problem CertificateExpires = new("certificate_expires");

    /// <summary>Nodes on the same Redis form another cluster.</summary>
    public static readonly Problem ClusterSplit = new("cluster_split");

    /// <summary>Messages of a channel were skipped in the last minute.</summary>
    public static readonly Problem MessagesSkipped = new("messages_skipped");

    /// <summary>Messages of a channel were repaired in the last minute.</summary>
    public static readonly Problem MessagesRepaired = new("messages_repaired");

    /// <summary>Every problem, in the order in which <c>/health</c> lists them.</summary>
    public static readonly IReadOnlyList<Problem> All =
    [
        RedisRefuses, RedisReadOnly, RedisNoPermission, RedisDiffers, RedisLoginRefused, ClockDiffers, CertificateExpires, ClusterSplit,
        MessagesSkipped, MessagesRepaired,
    ];

    private Problem(string name) => Name = name;

    /// <summary>The name in <c>/health</c> and in metrics.</summary>
    public string Name { get; }
}
