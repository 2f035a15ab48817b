using Akka.Actor;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// Carries out a client's requests, or refuses them: because they are not valid, because the client's token does not cover the
/// room, or because of a limit. It checks in this order, so that a refusal does not show what the token does not cover.
/// </summary>
internal sealed class ClientRequests(ClientContext context, IActorRef self, ClientJoins joins, RoomRequests rooms, ClientConnection connection, ClientUpdates updates, RoomStatuses statuses)
{
    private int _listsAsked;

    /// <summary>True while an answer of the cache is awaited that can't move to another node.</summary>
    public bool IsWaiting => _listsAsked > 0;

    public void Handle(ClientEvent message, RoomGrant grant)
    {
        if ((RequestReader.Read(message.Event, message.Data.Span, out var request) ?? RefusalOf(request, grant)) is { } error)
        {
            connection.Refuse(error.Of(message.Event), message.AckId);
            return;
        }

        switch (request.Kind)
        {
            case ClientRequestKind.Subscribe or ClientRequestKind.Unsubscribe when request.Entries is { } it:
                rooms.Handle(new(request.Kind, it.Entries, message.AckId) { Replaces = it.Replace }, grant);
                break;
            case ClientRequestKind.Subscribe when request.Viewed is { } viewed:
                rooms.Handle(new(request.Kind, [viewed], message.AckId) { IsArray = false }, grant);
                break;
            case ClientRequestKind.Subscribe or ClientRequestKind.Unsubscribe when rooms.MustQueue(request.Room!):
                rooms.Handle(new(request.Kind, [new(request.Room, null)], message.AckId) { IsArray = false }, grant);
                break;
            case ClientRequestKind.Subscribe:
                joins.Join(request.Room!, message.AckId);
                break;
            case ClientRequestKind.Unsubscribe:
                joins.Leave(request.Room!, message.AckId);
                break;
            case ClientRequestKind.Pause:
                updates.Pause();
                connection.Acknowledge(message.AckId, ServerEvents.OkAck());
                break;
            case ClientRequestKind.Resume:
                connection.Acknowledge(message.AckId, ServerEvents.OkAck());
                if (updates.IsPaused)
                {
                    updates.Resume();
                    statuses.Resume();
                }

                break;
            case ClientRequestKind.GetExpiries:
                _listsAsked++;
                context.Cache.Tell(new GetExpiries(request.Room!.Symbol!, message.AckId), self);
                break;
            default:
                _listsAsked++;
                context.Cache.Tell(new GetProducts(message.AckId), self);
                break;
        }
    }

    public void OnProducts(ProductList list, RoomGrant grant)
    {
        _listsAsked--;
        connection.AnswerRequested(context.Products.Get(list.Products, grant, connection.Protocol));
        connection.Acknowledge(list.AckId, ServerEvents.OkAck());
    }

    public void OnExpiries(ExpiryList list, RoomGrant grant)
    {
        _listsAsked--;
        var covered = list.Expiries.Where(expiry => grant.Covers(Room.Chain(list.Symbol, expiry)));
        connection.AnswerRequested(connection.Protocol.EncodeEvent(ServerEvents.Expiries, ServerEvents.ExpiriesData(list.Symbol, covered)));
        connection.Acknowledge(list.AckId, ServerEvents.OkAck());
    }

    private RequestError? RefusalOf(ClientRequest request, RoomGrant grant)
    {
        // Leaving and pausing need no right and cost nothing.
        if (request.Kind is ClientRequestKind.Unsubscribe or ClientRequestKind.Pause or ClientRequestKind.Resume) return null;
        var isCovered = request.Kind switch
        {
            // Of several rooms each has an answer of its own.
            ClientRequestKind.Subscribe => request.Room is null || grant.Covers(request.Room),
            ClientRequestKind.GetExpiries => grant.CoversChainsOf(request.Room!.Symbol!),
            _ => true,
        };
        if (!isCovered) return RequestError.Unauthorized(request.Room!);
        var settings = context.Settings;
        // What earlier requests have gathered is charged when it is written.
        if (connection.Outbox.GatheredBytes > 0) connection.Flush();
        if (connection.IsOverBytes) return RequestError.TooManyBytes(settings.RequestedBytes) with { Room = request.Room };
        return request.Kind == ClientRequestKind.Subscribe && !connection.Usage.TryJoin(request.Entries?.Sent ?? 1, settings.Joins, context.Time)
            ? RequestError.TooManyJoins(settings.Joins) with { Room = request.Room }
            : null;
    }
}
