using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Logging;

namespace DeltaStream.Node.Redis;

/// <summary>What the success of a command shows.</summary>
internal enum RedisProof
{
    /// <summary>Only that this command works: a publication, or a script that may have written nothing.</summary>
    Itself,

    /// <summary>Redis answers commands on keys.</summary>
    Reads,

    /// <summary>Redis writes, also what needs memory.</summary>
    Writes,
}

/// <summary>
/// Tells operators what Redis refuses: one log event for each cause, a problem in <c>/health</c>, and a count of every refusal. A
/// cause is over when the refused commands succeed again, or when other commands prove that they would. Safe to use from any
/// thread.
/// </summary>
/// <param name="problems">Shows the causes in <c>/health</c>.</param>
/// <param name="metrics">Counts the refusals.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Gets a line when a cause begins and when it ends.</param>
internal sealed class RefusalWatch(NodeProblems problems, GatewayMetrics metrics, TimeProvider time, ILogger<RefusalWatch> logger)
{
    // A command that was refused this long ago is probably not repeated, so the success of another command counts for it too. And
    // a command on another key may succeed between two refusals.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    // No other command shows that a right or a key is in order again.
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(1);

    // A cause that comes and goes is not logged more often.
    private static readonly TimeSpan LoggedEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<RefusalCause, Episode> _episodes = [];
    private readonly Dictionary<RefusalCause, long> _loggedAt = [];
    private volatile bool _refuses;

    /// <summary>Exports the count of every cause as 0.</summary>
    public void ShowMetrics()
    {
        foreach (var cause in RefusalCause.All) metrics.RefusedByRedis(cause.Word, 0);
    }

    /// <summary>Records a failed command; a failure that is not a refusal changes nothing.</summary>
    public void Failed(string command, Exception failure)
    {
        if (RedisRefusal.In(failure) is { } refusal) Refused(command, refusal);
    }

    /// <summary>Records a refused command.</summary>
    public void Refused(string command, RedisRefusal refusal)
    {
        var (cause, text) = refusal;
        metrics.RefusedByRedis(cause.Word);
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_episodes.TryGetValue(cause, out var episode))
            {
                episode.Commands[command] = new(now, Works: false);
                return;
            }

            var isLogged = !_loggedAt.TryGetValue(cause, out var loggedAt) || time.GetElapsedTime(loggedAt, now) >= LoggedEvery;
            _episodes[cause] = new Episode(text, now, isLogged) { Commands = { [command] = new(now, Works: false) } };
            _refuses = true;
            Show(cause.Problem);
            if (!isLogged) return;
            _loggedAt[cause] = now;
            if (cause.Problem == Problem.RedisReadOnly) logger.RedisReadOnly(cause.Word, text, command);
            else if (cause.Problem == Problem.RedisNoPermission) logger.RedisNoPermission(cause.Word, text, command);
            else logger.RedisRefuses(cause.Word, text, command);
        }
    }

    /// <summary>Records a command that succeeded.</summary>
    public void Succeeded(string command, RedisProof proof)
    {
        if (!_refuses) return;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            foreach (var (cause, episode) in _episodes.ToArray())
            {
                if (episode.Commands.TryGetValue(command, out var same)) episode.Commands[command] = same with { Works = true };
                foreach (var (refused, last) in episode.Commands.ToArray())
                    if (IsOver(cause.Scope, last.Works, proof, time.GetElapsedTime(last.At, now))) episode.Commands.Remove(refused);
                if (episode.Commands.Count > 0) continue;
                _episodes.Remove(cause);
                Show(cause.Problem);
                if (episode.IsLogged) logger.RedisAccepts(cause.Word, Math.Round(time.GetElapsedTime(episode.Since, now).TotalSeconds, 1));
            }

            _refuses = _episodes.Count > 0;
        }
    }

    private static bool IsOver(RefusalScope scope, bool works, RedisProof proof, TimeSpan silence) => scope switch
    {
        RefusalScope.Writes => works || (proof == RedisProof.Writes && silence >= Quiet),
        RefusalScope.Everything => works || (proof >= RedisProof.Reads && silence >= Quiet),
        _ => (works && silence >= Quiet) || silence >= Forgotten,
    };

    private void Show(Problem problem)
    {
        var texts = _episodes.Where(entry => entry.Key.Problem == problem).Select(entry => entry.Value.Text).ToArray();
        problems.Set(problem, texts.Length == 0 ? null : string.Join("; ", texts));
    }

    private sealed record Episode(string Text, long Since, bool IsLogged)
    {
        public Dictionary<string, LastRefusal> Commands { get; } = [];
    }

    /// <param name="At">The time of the last refusal.</param>
    /// <param name="Works">True if the command has succeeded since.</param>
    private readonly record struct LastRefusal(long At, bool Works);
}
