using DeltaStream.Actors.Clients;

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
        var (rooms, left) = (_ledger.Rooms.Select(joined => joined.Move()).ToArray(), _ledger.Left);
        foreach (var room in rooms)
        {
            _topics[room.Room].HasClient = false;
            _cache.Leave(room.Room);
        }

        _clientMailbox.Clear();
        _supervisorMailbox.Clear();
        _ledger = new DeliveryLedger { Left = left };
        foreach (var room in rooms)
        {
            _ledger.Restore(room);
            _moved.Add(_joining[room.Room] = ++_lastToken);
            Enter(room.Room, _lastToken);
        }

        return true;
    }
}
