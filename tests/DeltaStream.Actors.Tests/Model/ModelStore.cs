using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Model;

/// <summary>The newest values in Redis: written a while after they were published, and never over a higher position.</summary>
internal sealed class ModelStore
{
    private readonly List<(int Epoch, int Message, Position Position, int Content)> _unwritten = [];

    public (Position Position, int Content)[] Values { get; } = new (Position, int)[ModelItem.Messages.Length];

    public void Publish(int message, Position position, int content) => _unwritten.Add(((int)position.Epoch, message, position, content));

    /// <summary>Writes the oldest that a publisher has to write.</summary>
    public bool Write(int? epoch = null)
    {
        var at = _unwritten.FindIndex(it => epoch is null || it.Epoch == epoch);
        if (at < 0) return false;
        var (_, message, position, content) = _unwritten[at];
        _unwritten.RemoveAt(at);
        if (position > Values[message].Position) Values[message] = (position, content);
        return true;
    }

    /// <summary>A killed publisher writes no more.</summary>
    public void Lose(int epoch, int argument)
    {
        var mine = _unwritten.Where(it => it.Epoch == epoch).ToList();
        foreach (var lost in mine.Skip(argument % (mine.Count + 1))) _unwritten.Remove(lost);
    }

    /// <summary>
    /// True if the store holds the updates that no topic delivered. A look begins after they are written, so this writes the ones that
    /// are not written yet.
    /// </summary>
    public bool Has(Position[,] needed, bool isLook)
    {
        if (!isLook) return true;
        while (Lacks(needed))
            if (!Write()) return false;
        return true;
    }

    public void Expire() => Array.Clear(Values);

    private bool Lacks(Position[,] needed)
    {
        for (var room = 0; room < needed.GetLength(0); room++)
            for (var message = 0; message < Values.Length; message++)
                foreach (var item in ModelItem.Messages[message])
                    if (needed[room, item.Number] > Values[message].Position) return true;
        return false;
    }
}

/// <summary>A read that the room book asked for.</summary>
internal sealed class ModelStoreRead(StoreRead read)
{
    public StoreRead Read { get; } = read;

    public IReadOnlyList<MarketUpdate> Values { get; private set; } = [];

    public IReadOnlyList<LatestEntry> Entries { get; private set; } = [];

    public void Take(ModelWorld world)
    {
        var there = ModelItem.Messages.Select(message => message[^1]).Zip(world.Store.Values).Where(it => it.Second.Content > 0);
        if (Read.Keys is null)
            Entries = [.. there.Select(it => new LatestEntry(it.First.Key, world.ReceivedAt(it.First, it.Second.Content)))];
        else
            Values = [.. there.Where(it => Read.Keys.Contains(it.First.Key))
                .Select(it => it.First.Update(it.Second.Position, it.Second.Content, world.ReceivedAt(it.First, it.Second.Content)))];
    }
}
