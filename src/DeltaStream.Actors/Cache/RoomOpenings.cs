namespace DeltaStream.Actors.Cache;

/// <summary>
/// Limits how many new rooms are subscribed to at once: a new topic costs the mediator about 1 ms, and that delays
/// publications. A room is open once one of its users has subscribed.
/// </summary>
/// <param name="window">The maximum number of rooms that open at once.</param>
/// <param name="patience">The ticks after which a room's first user no longer blocks the window.</param>
/// <param name="tell">Tells a user that the room is ready.</param>
internal sealed class RoomOpenings<TUser>(int window, long patience, Action<TUser, RoomReady> tell)
    where TUser : class
{
    private readonly HashSet<RoomUse<TUser>> _opening = [];
    private readonly Queue<RoomUse<TUser>> _waiting = [];

    /// <summary>Queues a room whose users wait for <see cref="RoomReady"/>.</summary>
    public void Enqueue(RoomUse<TUser> use, long now)
    {
        if (_opening.Contains(use) || use.IsOpen) Tell(use);
        else _waiting.Enqueue(use);
        Next(now);
    }

    /// <summary>A user has subscribed, or the room has no users any more.</summary>
    public void End(RoomUse<TUser> use, bool isOpen, long now)
    {
        use.IsOpen = isOpen;
        if (_opening.Remove(use)) Next(now);
    }

    /// <summary>Opens the next rooms. A room whose first user has not subscribed in time no longer blocks the window.</summary>
    public void Next(long now)
    {
        _opening.RemoveWhere(use => now >= use.BlocksWindowUntil);
        while (_opening.Count < window && _waiting.TryDequeue(out var use))
        {
            if (use.Waiting.Count == 0) continue;
            use.BlocksWindowUntil = now + patience;
            if (!use.IsOpen) _opening.Add(use);
            Tell(use);
        }
    }

    /// <summary>Drops all state after the mediator has lost every topic.</summary>
    public void Forget()
    {
        _opening.Clear();
        _waiting.Clear();
    }

    private void Tell(RoomUse<TUser> use)
    {
        foreach (var (user, joinId) in use.Waiting) tell(user, new(use.Slots.Room, joinId));
        use.Waiting.Clear();
    }
}
