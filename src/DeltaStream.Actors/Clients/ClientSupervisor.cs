using Akka.Actor;
using Akka.Event;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// The parent of all ClientActors of a node: accepts clients, counts them, and passes on messages for all clients. A failed
/// client is closed and never restarted, and other clients do not notice.
/// </summary>
public sealed class ClientSupervisor : UntypedActor
{
    private readonly ClientContext _context;
    private readonly NodeStatus _status;

    /// <param name="context">The parts that all clients share.</param>
    /// <param name="status">Receives the number of clients.</param>
    public ClientSupervisor(ClientContext context, NodeStatus status)
    {
        _context = context;
        _status = status;
    }

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe<FeedStatusHeld>(Self);
        Context.System.EventStream.Subscribe<MissedUpdate>(Self);
        Context.System.EventStream.Subscribe<SubscriptionsLost>(Self);
    }

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        _status.Clients = 0;
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case OpenClient open:
                Open(open);
                break;
            case ClientEnded ended:
                _status.Clients--;
                _context.Log.Disconnected(ended.SessionId, ended.Reason, _status.Clients);
                break;
            case FeedStatusHeld or MissedUpdate or SubscriptionsLost:
                TellAll(message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Open(OpenClient open)
    {
        var most = _context.Settings.MaxClients;
        if (most > 0 && _status.Clients >= most)
        {
            Sender.Tell(new ClientRefused("Too many clients"), Self);
            return;
        }

        // Props live as long as the actor; the state of a moved client must not.
        var client = Context.ActorOf(Props.CreateBy(new ClientProducer(_context, open.Moved is null ? open : open with { Moved = null }, _status.Feed)));
        if (open.First is not null) client.Tell(open.First, Self);
        client.Tell(new Greeting(open.Moved), Self);
        _status.Clients++;
        _context.Log.Connected(open.SessionId, open.Transport.Name, _status.Clients);
        Sender.Tell(new ClientOpened(client), Self);
    }

    private void TellAll(object message)
    {
        foreach (var client in Context.GetChildren()) client.Tell(message, Self);
    }

    /// <summary>Makes a ClientActor without the expression tree that <c>Props.Create</c> would build for each client.</summary>
    private sealed class ClientProducer(ClientContext context, OpenClient open, FeedStatus feed) : IIndirectActorProducer
    {
        public Type ActorType => typeof(ClientActor);

        public ActorBase Produce() => new ClientActor(context, open, feed);

        public void Release(ActorBase actor)
        {
            // The producer holds nothing for an actor.
        }
    }
}
