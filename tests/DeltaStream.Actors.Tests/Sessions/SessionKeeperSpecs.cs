using Akka.Actor;
using Akka.TestKit;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Tests.Feed;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Sessions;

/// <summary>Which sessions are written, and when. The spec plays every client and moves the time.</summary>
public class SessionKeeperSpecs : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly MemorySessions _store = new();
    private readonly SessionRecovery _recovery;
    private readonly IActorRef _keeper;

    public SessionKeeperSpecs(ITestOutputHelper output) : base(VirtualTime.Config + BridgeSpec.ClusterConfig, output)
    {
        _recovery = new SessionRecovery(_store, Window, TimeProvider.System);
        _keeper = Sys.StartSessions(_recovery, NullLoggerFactory.Instance);
    }

    [Fact]
    public async Task Changes_of_many_clients_are_asked_for_once_and_written_together()
    {
        var sessions = new[] { await OpenAsync(), await OpenAsync(), await OpenAsync() };
        _store.Hold();
        foreach (var session in sessions) Change(session);
        Change(sessions[0]);
        Settle();
        ExpectNoMsg(TimeSpan.Zero);
        Advance(Gather);
        foreach (var session in sessions)
        {
            ExpectMsg<GetSession>();
            Tell(session, "general");
        }

        Settle();
        // The first one's write is under way, and nothing else meanwhile; then all the rest in one.
        Assert.Equal(1, _store.Begun);
        _store.Release();
        AwaitAssert(() => Assert.Equal([1, 2], _store.Writes.Select(write => write.Writes.Length)));
        Assert.All(_store.Writes.SelectMany(write => write.Writes), write => Assert.Equal((SessionState.Open, "sid\tgeneral"), (write.State, write.Text)));
        Assert.Equal(sessions.Select(session => session.Key), _store.Writes.SelectMany(write => write.Writes).Select(write => write.Key));
        Assert.All(_store.Writes, write => Assert.Equal(Window + TimeSpan.FromMinutes(1), write.Life));
    }

    [Fact]
    public async Task A_change_while_the_last_one_is_being_written_is_written_after_it()
    {
        var session = await OpenAsync();
        _store.Hold();
        Keep(session, "general");
        AwaitAssert(() => Assert.Equal(1, _store.Begun));
        Tell(session, "product:A");
        _store.Release();
        AwaitAssert(() => Assert.Equal(["sid\tgeneral", "sid\tproduct:A"], _store.Writes.SelectMany(write => write.Writes).Select(write => write.Text)));
    }

    [Fact]
    public async Task A_session_whose_write_failed_is_written_with_a_later_tick()
    {
        _store.IsAway = true;
        Keep(await OpenAsync(), "general");
        AwaitAssert(() => Assert.Equal(1, _store.Begun));
        Settle();
        _store.IsAway = false;
        Assert.Empty(_store.Writes);
        AwaitAssert(() =>
        {
            Advance(Tick);
            Assert.Equal("sid\tgeneral", _store.Writes.First().Writes.Single().Text);
        });
    }

    [Fact]
    public async Task After_an_exception_that_no_store_promises_the_session_is_written_with_a_later_tick()
    {
        _store.Failure = new InvalidCastException("an answer of another form");
        Keep(await OpenAsync(), "general");
        AwaitAssert(() => Assert.Equal(1, _store.Begun));
        Settle();
        _store.Failure = null;
        AwaitAssert(() =>
        {
            Advance(Tick);
            Assert.Equal("sid\tgeneral", _store.Writes.First().Writes.Single().Text);
        });
    }

    [Fact]
    public async Task A_continuing_client_is_confirmed_and_written_again_if_the_store_lost_it()
    {
        var session = await OpenAsync();
        Keep(session, "general");
        AwaitAssert(() => Assert.Single(_store.Writes));
        _store.Answer = write => write.Text is null ? SessionWriteResult.Missing : SessionWriteResult.Done;
        AwaitAssert(() =>
        {
            Advance(Tick);
            Assert.Contains(_store.Writes, write => write.Writes.Single().Text is null);
        });
        ExpectMsg<GetSession>();
        var before = _store.Writes.Count;
        Tell(session, "general");
        AwaitAssert(() => Assert.Contains(_store.Writes.Skip(before), write => write.Writes.Single().Text == "sid\tgeneral"));
    }

    [Fact]
    public async Task A_lost_connection_keeps_its_session_for_the_window_and_a_disconnect_ends_it()
    {
        var (lost, left) = (await OpenAsync(), await OpenAsync());
        foreach (var session in new[] { lost, left }) Keep(session, "general");
        AwaitAssert(() => Assert.Equal(2, _store.Writes.Sum(write => write.Writes.Length)));
        _keeper.Tell(new SessionEnded(lost, Saved("product:A")), TestActor);
        _keeper.Tell(new SessionEnded(left, null), TestActor);
        AwaitAssert(() => Assert.Equal(4, _store.Writes.Sum(write => write.Writes.Length)));
        var ends = _store.Writes.SelectMany(write => write.Writes.Select(one => (one.Key, one.State, one.Text, write.Life))).Skip(2);
        Assert.Equal([(lost.Key, SessionState.Lost, "sid\tproduct:A", Window), (left.Key, SessionState.Left, null, Window)], ends);
        Assert.False(_recovery.IsHeld(lost.Number) || _recovery.IsHeld(left.Number));
    }

    [Fact]
    public async Task A_session_that_another_node_has_claimed_or_moved_is_left_alone()
    {
        var (taken, moved) = (await OpenAsync(), await OpenAsync());
        _store.Answer = write => write.Key == taken.Key ? SessionWriteResult.Taken : SessionWriteResult.Done;
        foreach (var session in new[] { taken, moved }) Keep(session, "general");
        AwaitAssert(() => Assert.Equal(2, _store.Writes.Sum(write => write.Writes.Length)));
        _keeper.Tell(new SessionMoved(moved), TestActor);
        Settle();
        foreach (var session in new[] { taken, moved }) _keeper.Tell(new SessionEnded(session, Saved("general")), TestActor);
        Settle();
        Advance(30 * Tick);
        Settle();
        Assert.Equal(2, _store.Begun);
    }

    [Fact]
    public async Task Another_node_learns_whether_a_session_is_alive()
    {
        var session = await OpenAsync();
        _keeper.Tell(new IsHolderAlive(session.Number), TestActor);
        Assert.True(ExpectMsg<HolderAnswer>().IsAlive);
        _recovery.Release(session);
        _keeper.Tell(new IsHolderAlive(session.Number), TestActor);
        Assert.False(ExpectMsg<HolderAnswer>().IsAlive);
    }

    private async Task<ClientSession> OpenAsync() => await _recovery.OpenAsync(null, ClientIdentity.Anonymous);

    private void Change(ClientSession session) => _keeper.Tell(new SessionChanged(session), TestActor);

    private void Tell(ClientSession session, string room) => _keeper.Tell(new SessionReply(session, Saved(room)), TestActor);

    private void Keep(ClientSession session, string room)
    {
        Change(session);
        Settle();
        Advance(Gather);
        ExpectMsg<GetSession>();
        Tell(session, room);
    }

    private static SavedSession Saved(string room)
    {
        Assert.True(Room.TryParse(room, out var parsed));
        return new("sid", [parsed!]);
    }

    private void Advance(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Gather) ((TestScheduler)Sys.Scheduler).Advance(Gather);
    }

    /// <summary>Everything told so far has been handled.</summary>
    private void Settle()
    {
        var probe = CreateTestProbe();
        _keeper.Tell(new IsHolderAlive(0), probe.Ref);
        probe.ExpectMsg<HolderAnswer>();
    }
}
