namespace DeltaStream.Actors.Lease;

/// <summary>
/// The fence before every publication: the term this bridge publishes in, and until when, by its own monotonic clock. A
/// process that was paused finds its right gone the moment it wakes, before it has heard from anybody.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class PublishingRight(TimeProvider time)
{
    private Term? _term;
    private long _begun;

    /// <summary>The term, if publishing is allowed at this moment; ask immediately before each publication.</summary>
    public Term? Current =>
        Volatile.Read(ref _term) is { } term && term.Epoch == Volatile.Read(ref _begun) && time.GetTimestamp() < term.ValidUntil ? term : null;

    /// <summary>Grants a term, or prolongs it. Nothing is published in it before <see cref="Begin"/>.</summary>
    /// <param name="epoch">The term's epoch.</param>
    /// <param name="validUntil">A reading of the clock at which the lease can't yet have expired.</param>
    public void Grant(long epoch, long validUntil)
    {
        if (Volatile.Read(ref _term) is { } term && term.Epoch == epoch) term.ValidUntil = validUntil;
        else Volatile.Write(ref _term, new Term(epoch, validUntil));
    }

    /// <summary>
    /// Begins a granted term: said by whoever hears what the former holder has published, when that is all taken in, because
    /// where to go on depends on it.
    /// </summary>
    /// <param name="epoch">The term's epoch.</param>
    public void Begin(long epoch) => Volatile.Write(ref _begun, epoch);

    /// <summary>Ends the term at once.</summary>
    public void Withdraw() => Volatile.Write(ref _term, null);
}

/// <summary>One grant of the lease.</summary>
internal sealed class Term
{
    private long _validUntil;
    private long _sequence;

    internal Term(long epoch, long validUntil)
    {
        Epoch = epoch;
        _validUntil = validUntil;
    }

    /// <summary>The publisher's term.</summary>
    public long Epoch { get; }

    /// <summary>The sequence of the last publication; 0 before the first.</summary>
    public long Sequence => Volatile.Read(ref _sequence);

    internal long ValidUntil
    {
        get => Volatile.Read(ref _validUntil);
        set => Volatile.Write(ref _validUntil, value);
    }

    /// <summary>Takes the next sequence. The term outlives a restart of the graph, so none is given twice.</summary>
    public long Next() => Interlocked.Increment(ref _sequence);
}
