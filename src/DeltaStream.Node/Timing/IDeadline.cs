namespace DeltaStream.Node.Timing;

/// <summary>Something that waits for a time (<see cref="Deadlines"/>).</summary>
internal interface IDeadline
{
    /// <summary>
    /// The time has come. Called on the timer's thread, without a lock. It may come although the time was moved or cancelled
    /// meanwhile, so an implementation looks at the clock itself.
    /// </summary>
    void OnDue();

    /// <summary><see cref="OnDue"/> has thrown: closes the connection whose deadline it was.</summary>
    void OnFault();
}
