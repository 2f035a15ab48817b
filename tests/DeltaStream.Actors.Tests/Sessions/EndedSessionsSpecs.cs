using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Sessions;
using Microsoft.Extensions.Logging.Abstractions;
using DeltaStream.Actors.Tests.Feed;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Sessions;

/// <summary>For how long the keeper remembers sessions that have ended.</summary>
public class EndedSessionsSpecs : TestKit
{
    private readonly RecordingStore _store = new();
    private readonly SessionRecovery _recovery;
    private readonly IActorRef _keeper;

    public EndedSessionsSpecs(ITestOutputHelper output)
        : base(VirtualTime.Config, output)
    {
        _recovery = new(_store, TimeSpan.FromMinutes(2), TimeProvider.System);
        _keeper = Sys.ActorOf(Props.Create(() => new SessionKeeper(_recovery, new SessionLog(NullLogger.Instance))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    public async Task One_round_after_clients_have_gone_the_keeper_holds_none_of_them(int staying)
    {
        var stayed = await ComeAsync(staying);
        var gone = await ComeAndGoAsync(2_000);
        AwaitAssert(() =>
        {
            Tick();
            GC.Collect();
            Assert.InRange(gone.Count(session => session.IsAlive), 0, 20);
        });
        // Of those that stay the store hears in each round.
        _store.Writes.Clear();
        AwaitAssert(() =>
        {
            Tick();
            Assert.Superset(stayed.Select(session => session.Key).ToHashSet(), _store.Writes.Select(write => write.Key).ToHashSet());
        });
    }

    private void Tick() => ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(1));

    private async Task<ClientSession[]> ComeAsync(int count)
    {
        var sessions = new ClientSession[count];
        for (var i = 0; i < count; i++)
        {
            sessions[i] = await _recovery.OpenAsync(null, ClientIdentity.Anonymous);
            _keeper.Tell(new SessionChanged(sessions[i]), ActorRefs.Nobody);
        }

        return sessions;
    }

    // Apart, so that no variable of the spec keeps one of them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference[]> ComeAndGoAsync(int count)
    {
        var sessions = await ComeAsync(count);
        foreach (var session in sessions) _keeper.Tell(new SessionEnded(session, null));
        var seen = sessions.Select(session => session.Key).ToHashSet();
        AwaitAssert(() => Assert.Superset(seen, _store.Writes.Where(write => write.State == SessionState.Left).Select(write => write.Key).ToHashSet()));
        _store.Writes.Clear();
        return [.. sessions.Select(session => new WeakReference(session))];
    }

    private sealed class RecordingStore : ISessionStore
    {
        public ConcurrentQueue<SessionWrite> Writes { get; } = [];

        public ValueTask<IReadOnlyList<SessionWriteResult>> WriteAsync(IReadOnlyList<SessionWrite> writes, TimeSpan life, CancellationToken cancellation)
        {
            foreach (var write in writes) Writes.Enqueue(write);
            return new([.. Enumerable.Repeat(SessionWriteResult.Done, writes.Count)]);
        }

        public ValueTask<SessionClaim> ClaimAsync(string key, string holder, string? gone, TimeSpan life, CancellationToken cancellation) => new(default(SessionClaim));
    }
}
