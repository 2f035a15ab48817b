namespace DeltaStream.Actors.Takeover;

/// <summary>What the <see cref="IntakeLedger"/> knows of one key.</summary>
internal sealed class KeyLedger
{
    // A standby may be this many messages of a key ahead of the last publication that it received. If it is further ahead, it
    // decides as for a value that it never received.
    private const int RecentKept = 64;

    private readonly Queue<(long Ordinal, ulong Hash)> _recent = new();

    /// <summary>The newest message, published or not.</summary>
    public Intake? Newest { get; private set; }

    public int NewestBytes => Newest?.Message.Payload.Length ?? 0;

    public TimeSpan TouchedAt { get; set; }

    /// <summary>A value from the store that the feed has not delivered, and until when it may still do so.</summary>
    public (PublishedValue Value, TimeSpan Until)? Restored { get; set; }

    /// <summary>The value that was published last.</summary>
    public PublishedValue Published { get; private set; }

    public TimeSpan PublishedAt { get; private set; }

    /// <summary>The ordinal of the last published value; 0 until this bridge has received that value.</summary>
    public long PublishedOrdinal { get; private set; }

    public void Received(Intake intake)
    {
        Newest = intake;
        _recent.Enqueue((intake.Ordinal, intake.Message.Hash));
        if (_recent.Count > RecentKept) _recent.Dequeue();
        if (PublishedOrdinal == 0 && Published.Position != Market.Position.None && Published.Hash == intake.Message.Hash)
            PublishedOrdinal = intake.Ordinal;
    }

    public void Note(in PublishedValue value, TimeSpan publishedAt, long? ordinal)
    {
        Published = value;
        PublishedAt = publishedAt;
        PublishedOrdinal = ordinal ?? OrdinalOf(value.Hash);
        while (_recent.TryPeek(out var oldest) && oldest.Ordinal < PublishedOrdinal) _recent.Dequeue();
    }

    /// <summary>The highest ordinal with this hash, because a producer may send the same bytes again; 0 if there is none.</summary>
    public long OrdinalOf(ulong hash)
    {
        var found = 0L;
        foreach (var (ordinal, seen) in _recent)
            if (seen == hash) found = ordinal;
        return found;
    }
}
