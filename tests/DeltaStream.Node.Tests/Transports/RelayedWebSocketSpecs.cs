using Akka.TestKit.Xunit2;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Transports;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.Node.Transports.Relay;
using DeltaStream.Node.Transports.Timing;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>A WebSocket that moves a session here; the spec is the node that holds the session, and what speaks over it.</summary>
public sealed class RelayedWebSocketSpecs : TestKit, IRelayOwner, IEngineApplication, IEngineConnection
{
    private const string Cluster = """
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        """;

    private readonly Deadlines _deadlines = new(new FakeTimeProvider(), TimeSpan.FromMilliseconds(10));
    private readonly WebSocketPair _pair;
    private IEngineLink? _link;
    private Action _onFirstReady = () => { };
    private int _readies;

    public RelayedWebSocketSpecs() : base(Cluster)
    {
        var settings = new TransportSettings();
        var relay = new SessionRelay { Owner = this };
        relay.Start(Sys);
        var sessions = new EngineSessions(settings, _deadlines, new ConnectionCounts(), new Admission(settings), new AddressWatch(null, TimeProvider.System, null));
        _pair = new WebSocketPair(_deadlines, settings);
        var webSocket = new RelayedWebSocket(
            relay, Akka.Cluster.Cluster.Get(Sys).SelfAddress, "sid", _pair.Server,
            () => new EngineWebSocket(sessions.Adopt("sid", default), _pair.Server, probes: false), this);
        _pair.Server.CloseAfter(settings.UpgradeTimeout);
        _ = _pair.Server.RunAsync(webSocket);
    }

    [Fact]
    public async Task A_client_that_has_read_everything_before_its_session_has_quite_arrived_gets_the_rest()
    {
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _onFirstReady = () =>
        {
            if (!_link!.Write([EngineFixture.Message(new string('x', 100_000))])) _pair.Drain();
            drained.SetResult();
        };
        await EngineFixture.ProbeAsync(_pair);
        await _pair.SendAsync("5");
        await drained.Task.WaitAsync(Eventually.Patience);
        Assert.Equal(100_001, (await _pair.ReceiveTextAsync()).Length);
        Assert.Equal(2, Volatile.Read(ref _readies));
    }

    protected override void AfterAll()
    {
        _deadlines.Dispose();
        base.AfterAll();
    }

    Task<byte[]> IRelayOwner.AnswerAsync(RelayKind kind, byte[] question, CancellationToken aborted) =>
        Task.FromResult(kind == RelayKind.Move ? new MovedSession([], []).Write() : [1]);

    ValueTask<IEngineConnection?> IEngineApplication.ArriveAsync(IEngineLink link, byte[] state)
    {
        _link = link;
        return new(this);
    }

    IEngineConnection IEngineApplication.Open(IEngineLink link) => throw new NotSupportedException();

    void IEngineConnection.Ready()
    {
        if (Interlocked.Increment(ref _readies) == 1) _onFirstReady();
    }

    ValueTask IEngineConnection.ReceiveAsync(ReadOnlyMemory<byte> data, bool isBinary) => default;

    ValueTask IEngineConnection.SettleAsync() => default;

    void IEngineConnection.Closed(CloseReason reason) { }
}
