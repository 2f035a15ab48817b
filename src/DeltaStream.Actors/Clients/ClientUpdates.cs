using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// Decides when a client is sent an update: at once, with others of the same turn, when the client can take it, or when it
/// resumes.
/// </summary>
internal sealed class ClientUpdates(ClientContext context, ClientConnection connection)
{
    private HeldUpdates? _held;

    /// <summary>True while the client has paused its updates.</summary>
    public bool IsPaused => _held is { IsPaused: true };

    /// <summary>Sends a single update at once. If more messages wait in the mailbox, the update leaves together with theirs.</summary>
    public void Send(MarketUpdate update, bool isAlone)
    {
        if (connection.CanWrite && isAlone && connection.Outbox.IsEmpty && !IsPaused) connection.WriteAlone(update);
        else Enqueue(update);
    }

    /// <summary>Queues an update. A client that keeps reading gets every update; only updates that it can't take now are superseded.</summary>
    /// <param name="update">The update.</param>
    /// <param name="isRequested">True for a value of a snapshot, whose bytes are charged to the client when they are written.</param>
    /// <param name="isSnapshot">True for a value of a snapshot that the client asked for, which it gets while it pauses too.</param>
    public void Enqueue(MarketUpdate update, bool isRequested = false, bool isSnapshot = false)
    {
        if (isSnapshot) _held?.Forget(update);
        if (IsPaused && !isSnapshot) Hold(update);
        else if (connection.CanWrite) connection.Gather(update, isRequested);
        else
        {
            var superseded = connection.Outbox.Conflate();
            if (connection.Outbox.Add(update)) superseded++;
            if (isRequested) connection.Outbox.MarkRequested(update);
            context.Metrics.Conflated(superseded);
        }
    }

    /// <summary>Holds back all updates from now on, also those that wait.</summary>
    public void Pause()
    {
        if (IsPaused) return;
        (_held ??= new()).IsPaused = true;
        context.Metrics.Conflated(connection.Outbox.Conflate());
        foreach (var update in connection.Outbox.TakeBack()) Hold(update);
    }

    /// <summary>Sends what is held, and goes on.</summary>
    public void Resume()
    {
        if (_held is not { IsPaused: true } held) return;
        held.IsPaused = false;
        foreach (var update in held.TakeAll()) Enqueue(update);
    }

    /// <summary>Drops the waiting updates of rooms that the client has left.</summary>
    public void Drop(Func<MarketUpdate, bool> isWanted) =>
        context.Metrics.Dropped(connection.Outbox.Purge(isWanted) + (_held?.Purge(isWanted) ?? 0), "unsubscribed");

    /// <summary>Takes along what belongs to views, for a client that moves to another node; null for nothing.</summary>
    /// <param name="afterUpdates">The answers that wait behind updates.</param>
    public MovedViews? Move(IReadOnlyList<Frame> afterUpdates)
    {
        var held = _held?.TakeAll() ?? [];
        return IsPaused || held.Count > 0 || afterUpdates.Count > 0 ? new() { IsPaused = IsPaused, Held = held, AnswersAfterUpdates = afterUpdates } : null;
    }

    /// <summary>Goes on as on the client's former node.</summary>
    public void Arrive(MovedViews views)
    {
        if (views.IsPaused) (_held ??= new()).IsPaused = true;
        foreach (var update in views.Held) Enqueue(update);
        foreach (var answer in views.AnswersAfterUpdates) connection.Outbox.AddAfterUpdates(answer);
    }

    private void Hold(MarketUpdate update)
    {
        if (_held!.TryReplace(update)) context.Metrics.Conflated(1);
        else _held.Add(update, HeldUpdates.OnResume);
    }
}
