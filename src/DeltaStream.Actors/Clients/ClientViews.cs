using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Views;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// The views of a client: in which view it is sent a key, what it has of it, and the frame that leads from there to an update. A
/// key that two rooms of the client cover is sent in the narrow room's view. A client without views has none of this.
/// </summary>
internal sealed class ClientViews(ClientContext context, ClientRooms rooms)
{
    /// <summary>The view in which the client is sent a key; null for none.</summary>
    public RoomViewState? Governing(MarketEvent @event, ConflationKey key)
    {
        if (@event.Narrow is not null && rooms.Index.NarrowOf(key) is { Governs: true } narrow) return narrow.Viewed;
        return rooms.Index.WideOf(@event, key) is { IsMark: false } wide ? wide.Viewed : null;
    }

    /// <summary>Gives a room its view, or none.</summary>
    public void Set(JoinedRoom joined, View? view)
    {
        var former = joined.Viewed?.View;
        if (view is not null) view = context.Order.Views.Use(joined.Room, view);
        joined.Viewed = view is null ? null : joined.Room.IsWide ? new WideViewState(view) : new RoomViewState(view);
        if (former is not null) context.Order.Views.Release(joined.Room, former);
    }

    /// <summary>A narrow room's snapshot is complete: from now on its view governs the key, so what the wide room knows of it is obsolete.</summary>
    public void TakeOver(JoinedRoom narrow)
    {
        if (narrow.Room.SingleKey is { } key && rooms.Index.WideOf(key.Event, key)?.Viewed is WideViewState wide) wide.Keys.Remove(new(key.Event, key));
    }

    /// <summary>The client has left a room.</summary>
    /// <param name="left">The room, which is no longer among the client's rooms.</param>
    /// <returns>The key's newest value, if the client must be sent it in the view of the wide room that it is still in; else null.</returns>
    public MarketUpdate? Leave(JoinedRoom left)
    {
        var former = left.Viewed;
        Set(left, null);
        if (left.Room.SingleKey is not { } key || left.Serial == 0 || rooms.Index.WideOf(key.Event, key) is not { IsMark: false } wide) return null;
        var state = wide.Viewed?.Of(new(key.Event, key));
        var (before, now) = (former?.View.Shape ?? ViewShape.Whole, wide.Viewed?.View.Shape ?? ViewShape.Whole);
        if (before.Equals(now))
        {
            if (former is not null && state is not null) state.GoOnFrom(former);
            return null;
        }

        state?.Reset(null);
        // The wide room's own snapshot is on its way.
        return wide.Join is { Purpose: JoinPurpose.Snapshot } ? null : NewestOf(wide.Room, key, left);
    }

    /// <summary>A snapshot's value is about to be sent: the client says what it has.</summary>
    /// <param name="update">The value.</param>
    /// <param name="have">The versions that the client has, by expiry; null for none.</param>
    public void Reset(MarketUpdate update, IReadOnlyDictionary<string, ViewVersion>? have)
    {
        if (update.Event != MarketEvent.ChainUpdate || Governing(update.Event, update.Key) is not { } viewed) return;
        viewed.Of(new(update.Event, update.Key)).Reset(have?.GetValueOrDefault(update.Key.Expiry!));
    }

    /// <summary>The frame of an update in the client's view; null if nothing has changed in it.</summary>
    public Frame? FrameOf(MarketUpdate update, IWireProtocol protocol)
    {
        if (Governing(update.Event, update.Key) is not { } viewed) return PlainFrames.Of(update, protocol, context);
        var view = viewed.View;
        if (update.Event == MarketEvent.ChainUpdate && view.Shape.IsMade) return Made(update, view, viewed.Of(new(update.Event, update.Key)), protocol);
        return view.Meta && update.Event != MarketEvent.MarketStatus ? PlainFrames.WithMeta(update, protocol, context) : PlainFrames.Of(update, protocol, context);
    }

    /// <summary>The views and the versions that move to another node with the client.</summary>
    public IReadOnlyList<MovedView> Move(RoomStatuses statuses) => [.. rooms.Rooms.Where(static joined => joined.Viewed is not null).Select(joined => new MovedView(
        joined.Room, StoredView.Write(joined.Viewed!.View), (byte)(statuses.ToldOf(joined.Room) ?? default), VersionsOf(joined)))];

    /// <summary>Notes the versions that the client has from its former node.</summary>
    public void Arrive(MovedView moved)
    {
        if (rooms.Find(moved.Room)?.Viewed is not { } viewed) return;
        foreach (var (key, version) in moved.Versions) viewed.Of(new(key.Event, key)).Version = ViewVersion.Parse(version);
    }

    /// <summary>Ends all views, for a client that has gone.</summary>
    public void End()
    {
        foreach (var joined in rooms.Rooms.Where(static joined => joined.Viewed is not null)) Set(joined, null);
    }

    private Frame? Made(MarketUpdate update, View view, KeyState state, IWireProtocol protocol)
    {
        // A frame is made of the newest document, which may be of a later update than the one that it was made for.
        if (!view.Shape.IsDelta && state.Serial != 0 && (int)update.Serial - state.Serial <= 0) return null;
        var made = context.Order.Views.Encode(view.Shape, state.Version, update, protocol, view.Meta);
        if (view.Shape.IsDelta) state.Version = made.Version;
        else state.Serial = (int)made.Update.Serial;
        if (made.Frame is null) return null;
        context.Metrics.SentView(made, protocol.ProtocolIndex);
        if (made.Kind == EncodingKind.Delta) context.Metrics.DeltaLatency(Math.Max(0, (context.RedisTime.UnixMicroseconds() - made.Update.ReceivedAt) / 1e6));
        return made.Frame;
    }

    private static List<(ConflationKey, string)> VersionsOf(JoinedRoom joined) => joined.Viewed switch
    {
        WideViewState wide => [.. wide.Keys.Where(static it => it.Value.Version is not null).Select(static it => (it.Key.Key, it.Value.Version!.Text))],
        { Version: { } version } => [(joined.Room.SingleKey!.Value, version.Text)],
        _ => [],
    };

    private MarketUpdate? NewestOf(Room wide, ConflationKey key, JoinedRoom left) => context.Order.Read(wide, context.RedisTime.UnixMicroseconds(), slot =>
    {
        if (slot.Event != key.Event || slot.Key != key) return null;
        // The wide room's topic may still deliver this value, and must not send it again.
        if (left.IsMark) left.Serial = Math.Max(left.Serial, slot.Serial);
        return slot.Update;
    }).Values.FirstOrDefault();
}
