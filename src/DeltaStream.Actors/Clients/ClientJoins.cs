using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// Joins and leaves rooms. A join has three steps: the cache puts the room into use and reads it from the store, the client
/// subscribes to the topic, and after the acknowledgement it requests the room's view and reads the snapshot from it. Updates
/// that arrive before need no buffer, because the snapshot contains them.
/// </summary>
internal sealed class ClientJoins(
    ClientContext context, string sessionId, IActorRef self, ClientRooms rooms, ClientConnection connection, ClientUpdates updates, RoomStatuses statuses, SessionReporter session)
{
    // A client may request a room this often while its snapshot is pending. After that its messages are not read.
    private const int MostRequests = 64;

    public bool IsAskedTooOften => rooms.Joining.Any(static joined => joined.Join!.Requests.Count >= MostRequests);

    /// <summary>The client requests a room that its token covers.</summary>
    public void Join(Room room, ReadOnlyMemory<byte>? ackId)
    {
        var joined = rooms.Find(room);
        if (joined is null && rooms.Count >= context.Settings.MaxSubscriptions)
        {
            connection.Refuse(RequestError.TooManySubscriptions(context.Settings.MaxSubscriptions).Of(room, isRequested: true), ackId);
        }
        else
        {
            if (joined is null) Enter(joined = rooms.Enter(room, JoinPurpose.Snapshot));
            else if (rooms.Ask(joined)) AskForSnapshot(joined);
            joined.Join!.Requests.Add(ackId);
            if (IsAskedTooOften) connection.PauseReading();
            session.Changed(self);
        }
    }

    /// <summary>Starts a join, or asks for a joined room's snapshot, for a request that takes the snapshot itself.</summary>
    public JoinedRoom Begin(Room room, RoomsRequest request)
    {
        var joined = rooms.Find(room);
        if (joined is null)
        {
            joined = rooms.Enter(room, JoinPurpose.Snapshot);
            Enter(joined);
        }
        else if (rooms.Ask(joined))
        {
            AskForSnapshot(joined);
        }

        joined.Join!.Request = request;
        return joined;
    }

    /// <summary>Leaves a room, by request or by force. The client gets an answer even if it was not in the room.</summary>
    public void Leave(Room room, ReadOnlyMemory<byte>? ackId)
    {
        LeaveSilently(room);
        connection.Answer(ServerEvents.Unsubscribed, ServerEvents.UnsubscribedData(room));
        connection.Acknowledge(ackId, ServerEvents.OkAck(room));
    }

    /// <summary>Leaves a room without an answer of its own. Does nothing if the client is not in it.</summary>
    public void LeaveSilently(Room room)
    {
        if (rooms.Find(room) is not { } joined) return;
        // Pending requests are answered in order, before the answer to the leave. Their snapshot is no longer needed.
        if (joined.Join is { } join)
        {
            Welcome(room, join, null);
            join.Request?.Fail(room, RequestError.Unauthorized(room));
        }

        if (joined.HasSubscribed) context.Mediator.Tell(new Unsubscribe(TopicName.For(room), self), self);
        if (room == Room.General) connection.IsHeld = false;
        else context.Cache.Tell(new LeaveRoom(room), self);
        rooms.Leave(room, context.Order);
        session.Changed(self);
        updates.Drop(rooms.Covers);
        context.Log.Unsubscribed(sessionId, room.Name);
        statuses.End(room);
        if (connection.Views?.Leave(joined) is { } newest) updates.Enqueue(newest, isRequested: true, isSnapshot: !updates.IsPaused);
    }

    public void LogSubscribed(Room room) => context.Log.Subscribed(sessionId, room.Name);

    public void LeaveUncovered(ClientIdentity identity)
    {
        foreach (var joined in rooms.Rooms.Where(joined => !identity.Rooms.Covers(joined.Room)).ToList()) Leave(joined.Room, null);
    }

    /// <summary>Starts the joins of all rooms, on connecting or after the subscriptions were lost.</summary>
    public void EnterAll()
    {
        foreach (var joined in rooms.Rooms) Enter(joined);
        session.Changed(self);
    }

    /// <summary>Releases the rooms of a client that has gone.</summary>
    public void LeaveAll()
    {
        statuses.EndAll();
        connection.Views?.End();
        foreach (var joined in rooms.Rooms.Where(static joined => joined.Room != Room.General)) context.Cache.Tell(new LeaveRoom(joined.Room), self);
    }

    public void OnSubscribed(Subscribe subscribe)
    {
        if (rooms.Find(subscribe) is not { } joined) return;
        if (joined.Room == Room.General) connection.IsHeld = false;
        if (joined.Join!.Purpose == JoinPurpose.OnConnect) CompleteJoin(joined, new(new(context.Order, joined.Room, context.RedisTime), joined.Join.Id));
        else AskForSnapshot(joined);
    }

    public void OnCacheMessage(ICacheMessage message)
    {
        switch (message)
        {
            case RoomReady ready when rooms.Find(ready.JoinId, JoinStep.Room) is { } joined:
                Subscribe(joined);
                break;
            case RoomRefused refused when rooms.Find(refused.JoinId, JoinStep.Room) is { } joined:
                OnRefused(joined, RequestError.TooManyRooms(refused.Most));
                break;
            case Snapshot snapshot when rooms.Find(snapshot.JoinId, JoinStep.View) is { } joined:
                if (joined.Join!.Request is null) CompleteJoin(joined, snapshot);
                else joined.Join.Ready = snapshot;
                break;
            case SubscriptionsLost:
                rooms.JoinAgain();
                EnterAll();
                break;
        }
    }

    /// <summary>Starts a join. <c>general</c> is always in use; the cache must put any other room into use first.</summary>
    private void Enter(JoinedRoom joined)
    {
        if (joined.Room == Room.General) Subscribe(joined);
        else context.Cache.Tell(new UseRoom(joined.Room, joined.Join!.Id), self);
    }

    private void Subscribe(JoinedRoom joined)
    {
        var subscribe = new Subscribe(TopicName.For(joined.Room), self);
        context.Mediator.Tell(subscribe, self);
        joined.HasSubscribed = true;
        (joined.Join!.Step, joined.Join.Subscription) = (JoinStep.Subscription, subscribe);
    }

    private void AskForSnapshot(JoinedRoom joined)
    {
        joined.Join!.Step = JoinStep.View;
        context.Cache.Tell(new GetSnapshot(joined.Room, joined.Join.Id), self);
    }

    private void CompleteJoin(JoinedRoom joined, Snapshot snapshot)
    {
        // Answers overtake updates. An update that came over another room must leave before the answer, or the client would get
        // it before the answer and again in the snapshot.
        connection.Flush();
        var join = joined.Join!;
        var values = rooms.CompleteJoin(joined, snapshot.View);
        Welcome(joined.Room, join, snapshot.IsComplete ? joined.SnapshotValues : null);
        var isSnapshot = join.Purpose == JoinPurpose.Snapshot;
        connection.Views?.TakeOver(joined);
        foreach (var update in values)
        {
            if (isSnapshot) connection.Views?.Reset(update, null);
            updates.Enqueue(update, isRequested: true, isSnapshot);
        }

        statuses.Joined(joined.Room);
    }

    private void OnRefused(JoinedRoom joined, RequestError error)
    {
        var (room, join) = (joined.Room, joined.Join!);
        rooms.Leave(room, context.Order);
        connection.Views?.Set(joined, null);
        session.Changed(self);
        join.Request?.Fail(room, error);
        foreach (var ackId in join.Requests) connection.Refuse(error.Of(room, isRequested: true), ackId);
        if (join.Purpose == JoinPurpose.Snapshot) return;
        // The client did not request the room and believes that it is in it.
        if (join.Requests.Count == 0) connection.Refuse(error.Of(room, isRequested: false), null);
        connection.Answer(ServerEvents.Unsubscribed, ServerEvents.UnsubscribedData(room));
    }

    private void Welcome(Room room, PendingJoin join, int? values)
    {
        foreach (var ackId in join.Requests)
        {
            connection.Answer(ServerEvents.Subscribed, ServerEvents.SubscribedData(room, values));
            connection.Acknowledge(ackId, ServerEvents.OkAck(room, values));
        }

        if (join.Requests.Count > 0) context.Log.Subscribed(sessionId, room.Name);
    }
}
