using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;
using Akka.TestKit.Xunit2;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Dispatch;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Dispatch;

/// <summary>The clients' mailbox: the queue by itself, and under actors.</summary>
public sealed class IdleMailboxSpecs(ITestOutputHelper output) : TestKit(IdleMailbox.Hocon, output)
{
    private readonly IdleMessageQueue _queue = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Messages_come_out_in_the_order_in_which_they_went_in(int messages)
    {
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < messages; i++) Put(i);
            Assert.Equal(messages, _queue.Count);
            Assert.Equal(Enumerable.Range(0, messages), Drain());
            Assert.False(_queue.HasMessages);
            Assert.Equal(0, _queue.Count);
        }
    }

    [Fact]
    public void Messages_can_be_added_while_others_are_taken()
    {
        var (next, random) = (0, new Random(7));
        var taken = new List<int>();
        while (next < 10_000)
        {
            for (var i = random.Next(5); i > 0; i--) Put(next++);
            for (var i = random.Next(5); i > 0 && _queue.TryDequeue(out var envelope); i--) taken.Add((int)envelope.Message);
            Assert.Equal(next - taken.Count, _queue.Count);
            Assert.Equal(_queue.Count > 0, _queue.HasMessages);
        }

        taken.AddRange(Drain());
        Assert.Equal(Enumerable.Range(0, next), taken);
    }

    [Fact]
    public void A_message_keeps_its_sender_and_the_queue_keeps_no_reference_to_a_taken_message()
    {
        var message = PutOne();
        Assert.True(_queue.TryDequeue(out var envelope));
        Assert.Equal(TestActor, envelope.Sender);
        envelope = default;
        GC.Collect();
        Assert.False(message.IsAlive);
        GC.KeepAlive(_queue);

        WeakReference PutOne()
        {
            var it = new object();
            _queue.Enqueue(TestActor, new Envelope(it, TestActor));
            return new WeakReference(it);
        }
    }

    [Fact]
    public void Queues_that_share_an_empty_list_do_not_mix_their_messages()
    {
        var queues = Enumerable.Range(0, 4).Select(_ => new IdleMessageQueue()).ToArray();
        for (var round = 0; round <= 100; round++)
        {
            for (var i = 0; i < 12; i++) queues[i % 4].Enqueue(TestActor, new Envelope((i % 4, round, i), TestActor));
            // The first stays full every second time, while the others give their room back and take each other's.
            for (var owner = round % 2; owner < 4; owner++)
            {
                while (queues[owner].TryDequeue(out var envelope)) Assert.Equal(owner, (((int Owner, int, int))envelope.Message).Owner);
            }
        }

        Assert.All(queues, queue => Assert.Equal(0, queue.Count));
    }

    [Fact]
    public void The_remaining_messages_of_a_stopped_actor_go_to_dead_letters_in_order()
    {
        for (var i = 0; i < 5; i++) Put(i);
        var dead = new UnboundedMessageQueue();
        _queue.CleanUp(TestActor, dead);

        Assert.False(_queue.HasMessages);
        Assert.Equal(Enumerable.Range(0, 5), Enumerable.Range(0, dead.Count).Select(_ => dead.TryDequeue(out var envelope) ? (int)envelope.Message : -1));
    }

    [Fact]
    public async Task Messages_from_many_threads_are_all_kept_in_the_order_of_each_thread()
    {
        const int Producers = 4, Messages = 50_000;
        var last = Enumerable.Repeat(-1, Producers).ToArray();
        var producing = Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(() =>
        {
            for (var i = 0; i < Messages; i++) _queue.Enqueue(TestActor, new Envelope((producer, i), TestActor));
        })));
        for (var taken = 0; taken < Producers * Messages;)
        {
            if (!_queue.TryDequeue(out var envelope)) continue;
            var (producer, number) = ((int, int))envelope.Message;
            Assert.Equal(last[producer] + 1, number);
            last[producer] = number;
            taken++;
        }

        await producing;
        Assert.False(_queue.HasMessages);
    }

    [Fact]
    public async Task An_idle_actor_is_woken_by_every_message()
    {
        // Each actor has handled what it was told before it is told more: it is just about to rest, time and again.
        var actors = Enumerable.Range(0, 4).Select(_ => Sys.ActorOf(Props.Create(() => new Echo()))).ToArray();
        await Task.WhenAll(actors.Select(async actor =>
        {
            for (var i = 0; i < 5_000; i++) Assert.Equal(i, await actor.Ask<int>(i, TimeSpan.FromSeconds(20)));
        }));
    }

    [Fact]
    public void A_ClientActor_gets_the_mailbox_that_it_requires()
    {
        Assert.Equal(typeof(IdleMessageQueue), Sys.Mailboxes.GetRequiredType(typeof(ClientActor)));
        Assert.IsType<IdleMailbox>(Sys.Mailboxes.LookupByQueueType(typeof(IdleMessageQueue)));
    }

    private void Put(int number) => _queue.Enqueue(TestActor, new Envelope(number, TestActor));

    private List<int> Drain()
    {
        var all = new List<int>();
        while (_queue.TryDequeue(out var envelope)) all.Add((int)envelope.Message);
        return all;
    }

    private sealed class Echo : UntypedActor, IRequiresMessageQueue<IdleMessageQueue>
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
