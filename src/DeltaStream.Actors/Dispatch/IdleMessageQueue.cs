using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace DeltaStream.Actors.Dispatch;

/// <summary>
/// Messages in the order in which they came, without a limit, from any thread. It has room for one; for those behind it a
/// queue is there only while they wait. So an idle actor's takes 48 bytes, where Akka's own has room for 32 and takes 1,070.
/// </summary>
internal sealed class IdleMessageQueue : IMessageQueue, IUnboundedMessageQueueSemantics
{
    // A larger one is left to the collector: who was behind once should not stay big.
    private const int KeptCapacity = 64;

    // Where more than one message waits, they wait for a turn of the actor only; the next actor has the same need.
    [ThreadStatic]
    private static Queue<Envelope>? _spare;

    private Envelope _first;
    private Queue<Envelope>? _behind;
    private int _count;

    public bool HasMessages => Count > 0;

    public int Count => Volatile.Read(ref _count);

    public void Enqueue(IActorRef receiver, Envelope envelope)
    {
        // Its own lock: nobody else knows it, and another object would take half as much again.
        lock (this)
        {
            if (_count == 0) _first = envelope;
            else (_behind ??= TakeSpare()).Enqueue(envelope);
            // A full fence: that there is a message has to be seen by an actor that is about to rest before the sender looks
            // whether it rests. The lock alone does not promise it.
            Interlocked.Increment(ref _count);
        }
    }

    public bool TryDequeue(out Envelope envelope)
    {
        lock (this)
        {
            envelope = _first;
            if (_count == 0) return false;
            if (--_count > 0)
            {
                _first = _behind!.Dequeue();
            }
            else
            {
                _first = default;
                GiveBack();
            }

            return true;
        }
    }

    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        while (TryDequeue(out var envelope)) deadletters.Enqueue(owner, envelope);
    }

    private static Queue<Envelope> TakeSpare()
    {
        var spare = _spare ?? new Queue<Envelope>();
        _spare = null;
        return spare;
    }

    private void GiveBack()
    {
        if (_behind is { Capacity: <= KeptCapacity }) _spare = _behind;
        _behind = null;
    }
}
