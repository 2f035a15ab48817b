using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Node.Redis;

/// <summary>What a cause of refusals concerns. It decides which successful command shows that the cause is over.</summary>
internal enum RefusalScope
{
    /// <summary>One command, key or right. Other commands say nothing about it.</summary>
    Command,

    /// <summary>Every command that writes. A command that reads, publishes or only prolongs a key says nothing about it.</summary>
    Writes,

    /// <summary>Every command on keys. A publication says nothing about it, because some of these states let it pass.</summary>
    Everything,
}

/// <summary>Why Redis refuses a command. The list is closed, because the word is a label of a metric.</summary>
/// <param name="Word">Redis's own word where it has one.</param>
/// <param name="Scope">What is refused.</param>
/// <param name="Problem">The problem that <c>/health</c> shows.</param>
internal sealed record RefusalCause(string Word, RefusalScope Scope, Problem Problem)
{
    public static readonly RefusalCause Misconf = Writes("MISCONF");
    public static readonly RefusalCause NoReplicas = Writes("NOREPLICAS");
    public static readonly RefusalCause OutOfMemory = Writes("OOM");
    public static readonly RefusalCause ReadOnly = new("READONLY", RefusalScope.Writes, Problem.RedisReadOnly);
    public static readonly RefusalCause NoPermission = new("NOPERM", RefusalScope.Command, Problem.RedisNoPermission);
    public static readonly RefusalCause Loading = Everything("LOADING");
    public static readonly RefusalCause TooManyClients = Everything("MAXCLIENTS");

    /// <summary>The node's picture of a Redis Cluster is out of date.</summary>
    public static readonly RefusalCause Moved = Command("MOVED");

    /// <summary>Redis, or a script in it, does not answer in time. This word is the gateway's own.</summary>
    public static readonly RefusalCause Timeout = Everything("TIMEOUT");

    /// <summary>One of the gateway's own keys holds something that the gateway has not written. This word is the gateway's own.</summary>
    public static readonly RefusalCause Garbage = Command("GARBAGE");

    public static readonly RefusalCause Other = Command("other");

    /// <summary>Every cause.</summary>
    public static readonly IReadOnlyList<RefusalCause> All =
    [
        Misconf, NoReplicas, OutOfMemory, ReadOnly, NoPermission, Command("CROSSSLOT"), Moved, Command("ASK"), Everything("TRYAGAIN"),
        Loading, Everything("MASTERDOWN"), Everything("CLUSTERDOWN"), Everything("BUSY"), Everything("NOAUTH"), TooManyClients, Timeout,
        Command("WRONGTYPE"), Garbage, Other,
    ];

    /// <summary>
    /// True if Redis still delivers messages, refuses the writes of every client alike, and is still the primary. Then nobody can
    /// take the lease either.
    /// </summary>
    public bool StopsWritesOnly => this == Misconf || this == NoReplicas || this == OutOfMemory;

    private static RefusalCause Writes(string word) => new(word, RefusalScope.Writes, Problem.RedisRefuses);

    private static RefusalCause Everything(string word) => new(word, RefusalScope.Everything, Problem.RedisRefuses);

    private static RefusalCause Command(string word) => new(word, RefusalScope.Command, Problem.RedisRefuses);
}
