using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Clients;

internal enum RoomState : byte
{
    /// <summary>The feed is live, and something was received for the room a moment ago.</summary>
    Live = 1,

    /// <summary>The feed is live, and nothing was received for the room within ROOM_QUIET_SECONDS.</summary>
    Quiet = 2,

    /// <summary>The feed is not live.</summary>
    Down = 3,
}

/// <summary>How fresh a room is: the data of <c>room_status</c>. Times are microseconds since the Unix epoch, null where nothing is known.</summary>
/// <param name="State">Live, quiet or down.</param>
/// <param name="Since">When the state began.</param>
/// <param name="LastUpdate">The newest receipt of any of the room's keys.</param>
internal readonly record struct RoomFreshness(RoomState State, long? Since, long? LastUpdate)
{
    /// <summary>The state's name in <c>room_status</c>.</summary>
    public string Name => State switch
    {
        RoomState.Live => "live",
        RoomState.Quiet => "quiet",
        _ => "down",
    };

    /// <summary>The freshness of a room.</summary>
    /// <param name="receipts">When the room received something.</param>
    /// <param name="feed">The feed as clients are told of it.</param>
    /// <param name="quietAfter">After how many microseconds without a receipt the room is quiet.</param>
    /// <param name="now">The present time by Redis's clock.</param>
    public static RoomFreshness Of(RoomReceipts receipts, FeedStatus feed, long quietAfter, long now)
    {
        long? last = receipts.Last > 0 ? receipts.Last : null;
        var feedSince = feed.Since.UnixMicroseconds();
        if (feed.State != FeedState.Live) return new(RoomState.Down, feedSince, last);
        if (last is null || now - last >= quietAfter) return new(RoomState.Quiet, last + quietAfter, last);
        return new(RoomState.Live, receipts.RunSince >= feedSince ? receipts.RunSince : last, last);
    }
}
