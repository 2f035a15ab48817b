using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>The client's move to another node, whose topics and cache are as far as these are.</summary>
internal sealed partial class NodeModel
{
    /// <summary>The client goes on with another ledger, if nothing that it asked for is under way: what is on its way to it is lost.</summary>
    /// <remarks>Not while the cache offers it something: the client waits for that.</remarks>
    /// <returns>Whether it has moved.</returns>
    public bool Move()
    {
        if (_joining.Count > 0 || _offersUnderWay > 0) return false;
        // What the first actor still had to say to topics and cache concerns the second one no more.
        foreach (var topic in _topics.Values)
            while (topic.Mailbox.TryDequeue(out var request)) request();
        while (Run(_cacheMailbox))
        {
        }

        if (_offersUnderWay > 0) return false;
        var owed = Owe();
        var rooms = _ledger.Rooms.Select(joined => joined.Move(owed)).ToArray();
        var left = _ledger.Left;
        foreach (var room in rooms)
        {
            _topics[room.Room].HasClient = false;
            _cache.Leave(room.Room);
        }

        _clientMailbox.Clear();
        _supervisorMailbox.Clear();
        _ledger = new DeliveryLedger { Left = ([.. left.Narrow.Select(it => (it.Item1, owed.HadOf(it.Item1, it.Item2)))], left.Wide) };
        foreach (var room in rooms)
        {
            _ledger.Restore(room, owed);
            _moved.Add(_joining[room.Room] = ++_lastToken);
            Enter(room.Room, _lastToken);
        }

        return true;
    }

    /// <summary>The last chains that were sent wait in fact, and stay behind: now those of one expiry, now of both, now none.</summary>
    private OwedChains Owe()
    {
        var (owed, turn) = (new OwedChains(), _lastToken % (Keys.Length + 1));
        foreach (var key in Keys.Where(key => key.Kind == MarketKind.Chain && (turn == Keys.Length || key == Keys[turn])))
        {
            if (!_lastSent.TryGetValue(key, out var sent) || !_ledger.Covers(sent.Update)) continue;
            owed.Add(sent.Update);
            _sent[(sent.Update.Event, key)] = sent.Before;
            _lastSent.Remove(key);
            Owed++;
        }

        return owed;
    }
}
