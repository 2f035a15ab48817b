using System.Text;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using DeltaStream.TestSupport;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>What waits in a busy client's mailbox leaves in one write; what comes alone leaves at once.</summary>
public class GatheringSpecs : GatewaySpec
{
    private readonly MemoryTransport _client;

    public GatheringSpecs(ITestOutputHelper output) : base(output) => _client = Connect();

    [Fact]
    public void An_update_that_comes_alone_leaves_alone()
    {
        for (var i = 1; i <= 3; i++)
        {
            Publish(Price("A", i));
            Await(_client, sent => sent.Contains(Text(Price("A", i))));
        }

        Assert.Equal([1, 1, 1], _client.Batches.TakeLast(3));
    }

    [Fact]
    public void Updates_of_one_key_that_wait_leave_in_one_write_and_none_is_skipped()
    {
        var updates = Enumerable.Range(2, 5).Select(i => Price("A", i)).ToArray();
        WhileItWrites(Price("A", 1), () => Tell(updates));
        Assert.Equal([1, 5], _client.Batches.TakeLast(2));
        Assert.Equal(updates.Select(Text), Updates(_client).Skip(1));
    }

    [Fact]
    public void Each_turn_of_the_actor_ends_with_a_write_however_many_messages_wait()
    {
        var updates = Enumerable.Range(2, 100).Select(i => Price($"P{i % 7}", i)).ToArray();
        WhileItWrites(Price("A", 1), () => Tell(updates));
        Assert.Equal(updates.Select(Text), Updates(_client).Skip(1));
        Assert.All(_client.Batches, batch => Assert.InRange(batch, 1, 16));
        // Thirty messages a turn, and 16 frames are what this transport takes at once.
        Assert.Equal([16, 14, 16, 14, 16, 14, 10], _client.Batches.TakeLast(7));
    }

    [Fact]
    public void Large_updates_gather_up_to_64_KB_and_then_leave_in_a_write()
    {
        var updates = Enumerable.Range(2, 4).Select(Large).ToArray();
        WhileItWrites(Price("A", 1), () => Tell(updates));
        Assert.Equal([2, 2], _client.Batches.TakeLast(2));
        Assert.Equal(updates.Select(Text), Updates(_client).Skip(1));
    }

    [Fact]
    public void When_the_socket_is_full_only_the_newest_gathered_update_of_a_key_remains()
    {
        var updates = Enumerable.Range(2, 9).Select(Large).ToArray();
        WhileItWrites(Price("A", 1), () =>
        {
            _client.IsFast = false;
            Tell(updates);
        });
        _client.IsFast = true;
        _client.Flushed();
        Await(_client, sent => sent.Contains(Text(updates[^1])));
        Assert.Equal([Text(Price("A", 1)), Text(updates[^1])], Updates(_client));
    }

    [Fact]
    public void After_leaving_a_room_no_gathered_update_of_it_is_sent()
    {
        Publish(Price("B", 1));
        Await(_client, sent => sent.Contains(Text(Price("B", 1))));
        WhileItWrites(Price("A", 2), () =>
        {
            Tell(Price("B", 3));
            _client.Emit("unsubscribe", RequestFor(Room.General));
        });
        Assert.DoesNotContain(Text(Price("B", 3)), _client.Sent);
        Assert.StartsWith("unsubscribed ", _client.Sent[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_snapshot_of_a_large_room_leaves_in_few_writes()
    {
        for (var i = 1; i <= 40; i++) Publish(Price($"P{i}", i));
        Await(_client, sent => sent.Contains(Text(Price("P40", 40))));
        var before = _client.Batches.Count;
        _client.Emit("subscribe", RequestFor(Room.General));
        Await(_client, _ => Updates(_client).Count() == 80);
        Assert.InRange(_client.Batches.Count - before, 3, 4);
    }

    /// <summary>Holds the client's actor in a write of the update while its mailbox fills, then lets it handle all of it.</summary>
    private void WhileItWrites(MarketUpdate first, Action fill)
    {
        using var isWriting = new ManualResetEventSlim();
        using var mayGoOn = new ManualResetEventSlim();
        _client.OnWrite = () =>
        {
            _client.OnWrite = static () => { };
            isWriting.Set();
            mayGoOn.Wait(Patience.ForSeconds(30));
        };
        Tell(first);
        Assert.True(isWriting.Wait(Patience.ForSeconds(30)));
        fill();
        mayGoOn.Set();
        _client.Client.Tell(WhenHandled.Instance, TestActor);
        ExpectMsg<WhenHandled>();
    }

    private void Tell(params MarketUpdate[] updates)
    {
        foreach (var update in updates) _client.Client.Tell(NodeOrder.For(Sys).Take(Room.General, update), TestActor);
    }

    private MarketUpdate Large(int sequence) => new(MarketEvent.UnderlyingUpdate, ConflationKey.Underlying("A"), new(1, sequence),
        Encoding.UTF8.GetBytes($$"""{"product":"A","n":{{sequence}},"pad":"{{new string('x', 40_000)}}"}"""), (ulong)sequence, Micros);
}
