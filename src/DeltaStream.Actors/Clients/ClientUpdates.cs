using Akka.Actor;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// Decides when a client is sent an update: at once, with others of the same turn, when the client can take it, at the next
/// instant of its rate, or when it resumes.
/// </summary>
internal sealed class ClientUpdates(ClientContext context, IActorRef self, ClientConnection connection)
{
    private HeldUpdates? _held;
    private int _wakeAt = int.MaxValue;

    /// <summary>True while the client has paused its updates.</summary>
    public bool IsPaused => _held is { IsPaused: true };

    /// <summary>Sends a single update at once. If more messages wait in the mailbox, the update leaves together with theirs.</summary>
    public void Send(MarketUpdate update, bool isAlone)
    {
        if (_held is not null && MustWait(update)) return;
        if (connection.CanWrite && isAlone && connection.Outbox.IsEmpty) connection.WriteAlone(update);
        else Queue(update, isRequested: false);
    }

    /// <summary>Queues an update. A client that keeps reading gets every update; only updates that it can't take now are superseded.</summary>
    /// <param name="update">The update.</param>
    /// <param name="isRequested">True for a value of a snapshot, whose bytes are charged to the client when they are written.</param>
    /// <param name="isSnapshot">True for a value of a snapshot that the client asked for: no pause and no rate holds it back.</param>
    public void Enqueue(MarketUpdate update, bool isRequested = false, bool isSnapshot = false)
    {
        if (isSnapshot) _held?.Forget(update);
        else if (_held is not null && MustWait(update)) return;
        Queue(update, isRequested);
    }

    /// <summary>A view has a rate, so that from now on updates may have to wait.</summary>
    public void UseRates() => _held ??= new();

    /// <summary>Holds back all updates from now on, also those that wait.</summary>
    public void Pause()
    {
        if (IsPaused) return;
        (_held ??= new()).IsPaused = true;
        context.Metrics.Conflated(connection.Outbox.Conflate());
        foreach (var update in connection.Outbox.TakeBack()) Hold(update, HeldUpdates.OnResume);
    }

    /// <summary>Sends what is held, and goes on.</summary>
    public void Resume()
    {
        if (_held is not { IsPaused: true } held) return;
        held.IsPaused = false;
        foreach (var update in held.TakeAll()) Enqueue(update);
    }

    /// <summary>An instant of a rate has come.</summary>
    public void OnRateDue()
    {
        _wakeAt = int.MaxValue;
        if (_held is null || IsPaused) return;
        var now = context.Rates.Now;
        while (_held.TakeDue(now) is { } update)
        {
            if (StateOf(update) is { } viewed) viewed.Of(new(update.Event, update.Key)).Sent = now;
            Queue(update, isRequested: false);
        }

        Wake();
    }

    /// <summary>Drops the waiting updates of rooms that the client has left.</summary>
    public void Drop(Func<MarketUpdate, bool> isWanted) =>
        context.Metrics.Dropped(connection.Outbox.Purge(isWanted) + (_held?.Purge(isWanted) ?? 0), "unsubscribed");

    /// <summary>Takes what is held, for a client that moves to another node.</summary>
    public IReadOnlyList<MarketUpdate> TakeHeld() => _held?.TakeAll() ?? [];

    /// <summary>Goes on as on the client's former node.</summary>
    public void Arrive(MovedViews views)
    {
        if (views.IsPaused) (_held ??= new()).IsPaused = true;
        foreach (var update in views.Held) Enqueue(update);
        foreach (var answer in views.AnswersAfterUpdates) connection.Outbox.AddAfterUpdates(answer);
    }

    private RoomViewState? StateOf(MarketUpdate update) => connection.Views?.Governing(update.Event, update.Key);

    /// <summary>True if the update is held back.</summary>
    private bool MustWait(MarketUpdate update)
    {
        if (IsPaused) return Hold(update, HeldUpdates.OnResume);
        if (StateOf(update) is not { View.MaxRate: { } rate } viewed) return false;
        // It takes the place of an update that waits, so it is no further one.
        if (connection.Outbox.Waits(update)) return false;
        var (key, now) = (new DataKey(update.Event, update.Key), context.Rates.Now);
        var state = viewed.Of(key);
        if (now - state.Sent < RateClock.TicksOf(rate) || _held!.Has(key)) return Hold(update, RateClock.Next(rate, key, now));
        state.Sent = now;
        return false;
    }

    private bool Hold(MarketUpdate update, int due)
    {
        if (_held!.TryReplace(update))
        {
            context.Metrics.Conflated(1);
        }
        else
        {
            _held.Add(update, due);
            if (due != HeldUpdates.OnResume) Wake();
        }

        return true;
    }

    /// <summary>Asks the node's clock for the next instant, unless it is asked already.</summary>
    private void Wake()
    {
        if (_held!.NextDue is not { } next || next >= _wakeAt) return;
        _wakeAt = next;
        context.Rates.Wake(self, next);
    }

    private void Queue(MarketUpdate update, bool isRequested)
    {
        if (connection.CanWrite)
        {
            connection.Gather(update, isRequested);
            return;
        }

        var superseded = connection.Outbox.Conflate();
        if (connection.Outbox.Add(update)) superseded++;
        if (isRequested) connection.Outbox.MarkRequested(update);
        context.Metrics.Conflated(superseded);
    }
}
