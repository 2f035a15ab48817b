namespace DeltaStream.Actors.Cache;

/// <summary>
/// Lets the rooms that are new to the node be subscribed to one window at a time: a new topic costs the mediator about 1 ms, and
/// what is published meanwhile waits behind it. A room is open once one of its users has subscribed.
/// </summary>
/// <param name="window">How many rooms may be opened at once.</param>
/// <param name="patience">Ticks after which a room's first user is waited for no longer.</param>
/// <param name="tell">Tells a user that the room is ready.</param>
internal sealed class RoomOpenings<TUser>(int window, long patience, Action<TUser, RoomReady> tell)
    where TUser : class
{
    private readonly HashSet<RoomUse<TUser>> _opening = [];
    private readonly Queue<RoomUse<TUser>> _waiting = [];

    /// <summary>The users of a room wait to hear that it is ready.</summary>
    public void Enqueue(RoomUse<TUser> use, long now)
    {
        if (_opening.Contains(use) || use.IsOpen) Tell(use);
        else _waiting.Enqueue(use);
        Next(now);
    }

    /// <summary>A user has subscribed, or nobody uses the room any more.</summary>
    public void End(RoomUse<TUser> use, bool isOpen, long now)
    {
        use.IsOpen = isOpen;
        if (_opening.Remove(use)) Next(now);
    }

    /// <summary>Goes on with the next rooms; those whose first user has not come are no longer waited for.</summary>
    public void Next(long now)
    {
        _opening.RemoveWhere(use => now >= use.OpensUntil);
        while (_opening.Count < window && _waiting.TryDequeue(out var use))
        {
            if (use.Waiting.Count == 0) continue;
            use.OpensUntil = now + patience;
            if (!use.IsOpen) _opening.Add(use);
            Tell(use);
        }
    }

    /// <summary>The mediator has forgotten every topic.</summary>
    public void Forget()
    {
        _opening.Clear();
        _waiting.Clear();
    }

    private void Tell(RoomUse<TUser> use)
    {
        foreach (var (user, token) in use.Waiting) tell(user, new(use.Slots.Room, token));
        use.Waiting.Clear();
    }
}
