namespace DeltaStream.Actors.Lease;

/// <summary>
/// The fence before every publication: the current term and its deadline on this bridge's own monotonic clock. A process that
/// was paused finds its right expired as soon as it wakes, before it receives any message.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class PublishingRight(TimeProvider time)
{
    private Term? _term;
    private long _begun;

    /// <summary>The current term; null if publishing is not allowed now. The publisher must check it immediately before each publication.</summary>
    public Term? Current =>
        Volatile.Read(ref _term) is { } term && term.Epoch == Volatile.Read(ref _begun) && time.GetTimestamp() < term.ValidUntil ? term : null;

    /// <summary>Grants or prolongs a term. Nothing may be published in it before <see cref="Begin"/>.</summary>
    /// <param name="epoch">The term's epoch.</param>
    /// <param name="validUntil">A timestamp of the clock at which the lease can't have expired yet.</param>
    public void Grant(long epoch, long validUntil)
    {
        if (Volatile.Read(ref _term) is { } term && term.Epoch == epoch) term.ValidUntil = validUntil;
        else Volatile.Write(ref _term, new Term(epoch, validUntil));
    }

    /// <summary>
    /// Begins a granted term. The actor that receives the former holder's publications calls this once it has handled all of
    /// them, because they decide where to go on.
    /// </summary>
    /// <param name="epoch">The term's epoch.</param>
    public void Begin(long epoch) => Volatile.Write(ref _begun, epoch);

    public void Withdraw() => Volatile.Write(ref _term, null);
}

internal sealed class Term
{
    private long _validUntil;
    private long _sequence;

    internal Term(long epoch, long validUntil)
    {
        Epoch = epoch;
        _validUntil = validUntil;
    }

    public long Epoch { get; }

    /// <summary>The sequence of the last publication; 0 before the first.</summary>
    public long Sequence => Volatile.Read(ref _sequence);

    internal long ValidUntil
    {
        get => Volatile.Read(ref _validUntil);
        set => Volatile.Write(ref _validUntil, value);
    }

    /// <summary>Takes the next sequence. The term outlives a restart of the graph, so no sequence is used twice.</summary>
    public long Next() => Interlocked.Increment(ref _sequence);
}
