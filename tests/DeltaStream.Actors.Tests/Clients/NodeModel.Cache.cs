using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>The node's cache.</summary>
internal sealed partial class NodeModel
{
    /// <summary>What the CacheActor does, for one client.</summary>
    private sealed class CacheModel(NodeModel node)
    {
        private readonly Dictionary<(MarketEvent, ConflationKey), MarketUpdate> _values = [];
        private readonly Dictionary<Room, Position> _seen = [];
        private readonly HashSet<Room> _heard = [Room.General];
        private readonly HashSet<Room> _served = [Room.General];
        private readonly List<Func<bool>> _parked = [];
        private readonly Dictionary<(Room, MarketEvent, ConflationKey), MarketUpdate> _offered = [];
        private long _serial;

        public void Use(Room room, Action ready)
        {
            if (_heard.Contains(room))
            {
                ready();
                return;
            }

            node._topics[room].Mailbox.Enqueue(() =>
            {
                node._topics[room].Subscribe(toCache: true);
                node._cacheMailbox.Enqueue(() =>
                {
                    _heard.Add(room);
                    foreach (var stored in node._store.Values.Where(it => Room.For(it.Event, it.Key).Contains(room))) TakeStored(stored);
                    ready();
                });
            });
        }

        public void Leave(Room room)
        {
            if (room != Room.General) _served.Remove(room);
        }

        public void Receive(Room room, MarketUpdate update)
        {
            var isInOrder = update.Position > _seen.GetValueOrDefault(room);
            if (isInOrder && _offered.TryGetValue((room, update.Event, update.Key), out var offered) && offered.Position <= update.Position)
                _offered.Remove((room, update.Event, update.Key));
            if (isInOrder) _seen[room] = update.Position;
            if (Take(update))
            {
                if (!isInOrder) OfferTo(room, update);
                foreach (var other in Room.For(update.Event, update.Key).Where(it => it != room && !_seen.ContainsKey(it))) OfferTo(other, update);
            }

            _parked.RemoveAll(attempt => attempt());
        }

        public void Snapshot(Room room, Position atLeast, Position wideAtLeast, Action<IReadOnlyList<MarketUpdate>, Position, long> answer)
        {
            var wide = room.Kind == RoomKind.Product ? Room.General : Room.Chain("A");
            bool TryAnswer()
            {
                if (_seen.GetValueOrDefault(room) < atLeast || _seen.GetValueOrDefault(wide) < wideAtLeast) return false;
                _served.Add(room);
                answer([.. _values.Values.Where(it => Room.For(it.Event, it.Key).Contains(room))], _seen.GetValueOrDefault(room), _serial);
                return true;
            }

            if (!TryAnswer()) _parked.Add(TryAnswer);
        }

        public void OfferAgain(Room room, MarketUpdate update, Position atLeast)
        {
            bool TryOffer()
            {
                if (_offered.GetValueOrDefault((room, update.Event, update.Key)) != update) return true;
                if (_seen.GetValueOrDefault(room) < atLeast) return false;
                node.Offer(room, update, _seen.GetValueOrDefault(room), ++_serial);
                return true;
            }

            if (!TryOffer()) _parked.Add(TryOffer);
        }

        public void Look()
        {
            foreach (var stored in node._store.Values) TakeStored(stored);
        }

        private void TakeStored(MarketUpdate stored)
        {
            if (!Take(stored)) return;
            foreach (var room in Room.For(stored.Event, stored.Key)) OfferTo(room, stored);
        }

        private bool Take(MarketUpdate update)
        {
            if (_values.TryGetValue((update.Event, update.Key), out var held) && update.Position <= held.Position) return false;
            _values[(update.Event, update.Key)] = update;
            return true;
        }

        private void OfferTo(Room room, MarketUpdate update)
        {
            _offered[(room, update.Event, update.Key)] = update;
            if (_served.Contains(room)) node.Offer(room, update, _seen.GetValueOrDefault(room), ++_serial);
        }
    }
}
