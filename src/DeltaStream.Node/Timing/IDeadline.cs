namespace DeltaStream.Node.Timing;

/// <summary>An object with a timeout in <see cref="Deadlines"/>.</summary>
internal interface IDeadline
{
    /// <summary>
    /// The deadline has fired. The timer's thread calls this without a lock. The call may come although the deadline was moved or
    /// cancelled in the meantime, so an implementation checks the clock itself.
    /// </summary>
    void OnDue();

    /// <summary><see cref="OnDue"/> has thrown an exception: closes the deadline's connection.</summary>
    void OnFault();
}
