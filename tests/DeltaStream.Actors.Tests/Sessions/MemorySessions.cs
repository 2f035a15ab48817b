using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;

namespace DeltaStream.Actors.Tests.Sessions;

/// <summary>A session store in memory. The spec decides when it answers, and whether it can be reached.</summary>
internal sealed class MemorySessions : ISessionStore
{
    private readonly Lock _lock = new();
    private readonly List<(SessionWrite[] Writes, TimeSpan Life)> _writes = [];
    private TaskCompletionSource? _gate;
    private int _begun;

    public bool IsAway { get; set; }

    /// <summary>What each write throws; null for nothing.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The answer to each write.</summary>
    public Func<SessionWrite, SessionWriteResult> Answer { get; set; } = _ => SessionWriteResult.Done;

    /// <summary>How many writes have come, answered or not.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>The answered ones.</summary>
    public IReadOnlyList<(SessionWrite[] Writes, TimeSpan Life)> Writes
    {
        get { lock (_lock) return [.. _writes]; }
    }

    /// <summary>Holds every answer back until <see cref="Release"/>.</summary>
    public void Hold() => _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _gate!.SetResult();

    public async ValueTask<IReadOnlyList<SessionWriteResult>> WriteAsync(IReadOnlyList<SessionWrite> writes, TimeSpan life, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _begun);
        if (_gate is { } gate) await gate.Task;
        if (Failure is { } failure) throw failure;
        if (IsAway) throw new FeedUnavailableException("away");
        lock (_lock) _writes.Add(([.. writes], life));
        return [.. writes.Select(Answer)];
    }

    public ValueTask<SessionClaim> ClaimAsync(string key, string holder, string? gone, TimeSpan life, CancellationToken cancellation) => new(new SessionClaim(null, null));
}
