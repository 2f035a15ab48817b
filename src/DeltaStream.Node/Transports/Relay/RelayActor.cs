using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;

namespace DeltaStream.Node.Transports.Relay;

/// <summary>
/// A node's end of the relay. It joins the parts of messages, passes questions to the owner of the sessions, and watches for lost
/// nodes.
/// </summary>
internal sealed class RelayActor(SessionRelay relay) : UntypedActor
{
    private readonly Dictionary<(Address, long, RelayKind), MemoryStream> _partial = [];
    private readonly Dictionary<(Address, long), CancellationTokenSource> _running = [];

    protected override void PreStart()
    {
        Cluster.Get(Context.System).Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.MemberDowned), typeof(ClusterEvent.MemberRemoved));
        // The connections of a killed process break at once, long before the cluster notices. The connections of a slow process do
        // not break.
        Context.System.EventStream.Subscribe(Self, typeof(AssociationEvent));
    }

    protected override void PostStop()
    {
        Cluster.Get(Context.System).Unsubscribe(Self);
        Context.System.EventStream.Unsubscribe(Self);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RelayPart part:
                OnPart(part);
                break;
            case Answered answered:
                _running.Remove((answered.To.Path.Address, answered.Id), out var running);
                running?.Dispose();
                relay.Send(answered.To, Self, answered.Id, RelayKind.Answer, answered.Bytes);
                break;
            case DisassociatedEvent broken:
                relay.OnBroken(broken.RemoteAddress);
                OnGone(broken.RemoteAddress);
                break;
            case AssociatedEvent connected:
                relay.Forget(connected.RemoteAddress);
                break;
            case ClusterEvent.MemberDowned downed:
                OnGone(downed.Member.Address);
                break;
            case ClusterEvent.MemberRemoved removed:
                OnGone(removed.Member.Address);
                relay.Forget(removed.Member.Address);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnPart(RelayPart part)
    {
        var key = (Sender.Path.Address, part.Id, part.Kind);
        byte[] bytes;
        if (_partial.TryGetValue(key, out var partial) || !part.IsLast)
        {
            if (partial is null) _partial[key] = partial = new();
            partial.Write(part.Bytes.Span);
            if (!part.IsLast) return;
            _partial.Remove(key);
            bytes = partial.ToArray();
        }
        else
        {
            bytes = part.Bytes.ToArray();
        }

        switch (part.Kind)
        {
            case RelayKind.Accepted:
                relay.OnAccepted(part.Id);
                break;
            case RelayKind.Answer:
                relay.OnAnswer(part.Id, bytes);
                break;
            case RelayKind.Abort:
                if (_running.TryGetValue((Sender.Path.Address, part.Id), out var running)) running.Cancel();
                break;
            default:
                Run(part.Id, part.Kind, bytes);
                break;
        }
    }

    private void Run(long id, RelayKind kind, byte[] question)
    {
        if (relay.Owner is not { } owner) return;
        var sender = Sender;
        relay.Send(sender, Self, id, RelayKind.Accepted, []);
        var aborted = _running[(sender.Path.Address, id)] = new CancellationTokenSource();
        AnswerAsync().PipeTo(Self);

        async Task<Answered> AnswerAsync()
        {
            try
            {
                return new(sender, id, await owner.AnswerAsync(kind, question, aborted.Token));
            }
            catch (Exception e)
            {
                relay.AnswerFailed(kind, e);
                return new(sender, id, []);
            }
        }
    }

    private void OnGone(Address node)
    {
        relay.OnGone(node);
        foreach (var key in _partial.Keys.Where(key => key.Item1.Equals(node)).ToArray()) _partial.Remove(key);
        // The node that asked for a poll's answer has gone and can't pass it on.
        foreach (var (_, running) in _running.Where(it => it.Key.Item1.Equals(node)).ToArray()) running.Cancel();
    }

    private sealed record Answered(IActorRef To, long Id, byte[] Bytes) : INoSerializationVerificationNeeded;
}
