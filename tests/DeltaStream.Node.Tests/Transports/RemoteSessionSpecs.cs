using Akka.TestKit.Xunit2;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.Node.Transports.Relay;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>A WebSocket that moves a session here; the spec is the node that holds the session, and what speaks over it.</summary>
public sealed class RemoteSessionSpecs : TestKit, IRelayOwner, IEngineApplication, IEngineConnection, ILinkListener
{
    private const string Cluster = """
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        """;

    private readonly Deadlines _deadlines = new(new FakeTimeProvider(), TimeSpan.FromMilliseconds(10));
    private readonly AdmissionControl _admission = new(1);
    private readonly List<RelayKind> _asked = [];
    private readonly WebSocketPair _pair;
    private IEngineLink? _link;
    private Action _onFirstReady = () => { };
    private int _readies;

    public RemoteSessionSpecs() : base(Cluster)
    {
        var settings = new TransportSettings();
        var relay = new SessionRelay { Owner = this };
        relay.Start(Sys);
        var sessions = new EngineSessions(settings, _deadlines, _admission, new AddressWatch(null, TimeProvider.System, null));
        _pair = new WebSocketPair(_deadlines, settings);
        var session = new RemoteSession(relay, Akka.Cluster.Cluster.Get(Sys).SelfAddress, "sid", _admission, default, sessions, this);
        _pair.Server.CloseAfter(settings.UpgradeTimeout);
        _ = EngineWebSocket.Probing(session, _pair.Server).RunAsync();
    }

    [Fact]
    public async Task A_full_node_does_not_take_the_session_which_stays_on_its_node()
    {
        Assert.Null(_admission.TryEnter(default));
        await _pair.SendAsync("2probe");
        await _pair.ReceiveCloseAsync();

        Assert.Empty(_asked);
        Assert.Equal(1, _admission.Inside);
    }

    [Fact]
    public async Task A_place_is_taken_with_the_probe_and_released_if_no_upgrade_follows()
    {
        await EngineFixture.ProbeAsync(_pair);
        Assert.Equal(1, _admission.Inside);
        await _pair.SendAsync("4what is this");
        await _pair.ReceiveCloseAsync();
        _pair.Break();
        await Eventually.True(() => _admission.Inside == 0, "the place is free");
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

    Task<byte[]> IRelayOwner.AnswerAsync(RelayKind kind, byte[] question, CancellationToken aborted)
    {
        _asked.Add(kind);
        return Task.FromResult(kind == RelayKind.Move ? new MovedSession([], []).Write() : [1]);
    }

    ValueTask<IEngineConnection?> IEngineApplication.ArriveAsync(IEngineLink link, byte[] state)
    {
        _link = link;
        link.Attach(this);
        return new(this);
    }

    IEngineConnection IEngineApplication.Open(IEngineLink link) => throw new NotSupportedException();

    void ILinkListener.Ready()
    {
        if (Interlocked.Increment(ref _readies) == 1) _onFirstReady();
    }

    ValueTask IEngineConnection.ReceiveAsync(ReadOnlyMemory<byte> data, bool isBinary) => default;

    ValueTask IEngineConnection.WhenHandledAsync() => default;

    void ILinkListener.Ended(CloseReason reason) { }
}
