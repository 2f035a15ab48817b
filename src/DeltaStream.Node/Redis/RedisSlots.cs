using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>Divides work into calls that Redis accepts: in a Redis Cluster all keys of one call must lie in one slot.</summary>
internal static class RedisSlots
{
    /// <summary>Divides items into calls, in their order. Outside a cluster all keys count as one slot.</summary>
    /// <param name="db">The database.</param>
    /// <param name="items">The items.</param>
    /// <param name="keyOf">The key that decides an item's slot.</param>
    /// <param name="most">The most items in one call.</param>
    public static IEnumerable<T[]> BySlot<T>(this IDatabase db, IEnumerable<T> items, Func<T, RedisKey> keyOf, int most) =>
        items.GroupBy(item => db.Multiplexer.HashSlot(keyOf(item))).SelectMany(slot => slot.Chunk(most));
}
