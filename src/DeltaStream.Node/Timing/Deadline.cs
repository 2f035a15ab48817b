namespace DeltaStream.Node.Timing;

/// <summary>Something that is due once: an entry in the <see cref="Deadlines"/> of all connections.</summary>
internal abstract class Deadline
{
    internal Deadline? Previous;
    internal Deadline? Next;
    internal long DueTick = NotScheduled;

    internal const long NotScheduled = -1;

    /// <summary>
    /// Called once the time has come, on the timer's thread, without a lock. It may come although the entry was moved or
    /// cancelled meanwhile: whoever implements it looks at the clock itself.
    /// </summary>
    internal abstract void OnDue();
}
