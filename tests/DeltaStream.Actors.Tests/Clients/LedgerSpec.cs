using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>The ledger of one client, and what specs of it do again and again.</summary>
public abstract class LedgerSpec
{
    protected const string Expiry = "2026-11-26";
    protected static readonly Room Product = Room.Product("A");
    protected static readonly Room Wide = Room.Chain("A");
    protected static readonly Room Narrow = Room.Chain("A", Expiry);

    protected DeliveryLedger Ledger { get; } = new();

    /// <summary>A room by its name.</summary>
    protected static Room Parse(string name) => Room.TryParse(name, out var room) ? room! : throw new ArgumentException(name);

    /// <summary>An update of a narrow room's key.</summary>
    protected static MarketUpdate Update(Room narrow, long sequence, long epoch = 1)
    {
        var key = narrow.SingleKey!.Value;
        return new(Actors.Cache.LastValueCache.EventOf(key), key, new(epoch, sequence), default, (ulong)sequence, 0);
    }

    /// <summary>Enters a room; its snapshot is empty.</summary>
    protected void Enter(Room room) => Complete(Begin(room));

    /// <summary>Enters a room, whose snapshot is awaited from then on.</summary>
    protected JoinedRoom Begin(Room room)
    {
        var joined = Ledger.Join(room);
        Ledger.BeginSnapshot(joined);
        return joined;
    }

    /// <summary>The snapshot is in; gives what is to be sent.</summary>
    protected IEnumerable<long> Complete(JoinedRoom joined, params MarketUpdate[] values)
    {
        var due = new List<MarketUpdate>();
        Ledger.Complete(joined, values, isComplete: true, Position.None, 0, due);
        return due.Select(update => update.Position.Sequence);
    }
}
