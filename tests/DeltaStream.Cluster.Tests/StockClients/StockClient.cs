namespace DeltaStream.Cluster.Tests.StockClients;

/// <summary>
/// A stock client with its library's own settings, as a program of the platform's uses it: it is in the room of one product,
/// and coming back after a loss is left to the library.
/// </summary>
internal abstract class StockClient
{
    private readonly Lock _gate = new();
    private readonly List<int> _prices = [];
    private int _lost;
    private int _entered;

    /// <summary>Its public id; null while it is not connected.</summary>
    public abstract string? Id { get; }

    public int Lost => Volatile.Read(ref _lost);

    /// <summary>How often it was told that it is in its room.</summary>
    public int Entered => Volatile.Read(ref _entered);

    /// <summary>The product's newest price that it has had; 0 before the first.</summary>
    public int Newest
    {
        get
        {
            lock (_gate) return _prices.LastOrDefault();
        }
    }

    /// <summary>Fails where an older price came after a newer one. (Each time it enters its room, the newest one comes again.)</summary>
    public void AssertNoneOlder()
    {
        lock (_gate) Assert.True(_prices.Zip(_prices.Skip(1)).All(pair => pair.First <= pair.Second), string.Join(' ', _prices));
    }

    protected Task EnteredAsync() => Eventually.True(() => Entered > 0, "a stock client is in its room", TimeSpan.FromSeconds(30));

    protected void OnLost() => Interlocked.Increment(ref _lost);

    protected void OnEntered() => Interlocked.Increment(ref _entered);

    protected void OnPrice(int price)
    {
        lock (_gate) _prices.Add(price);
    }
}
