using System.Text;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.Node.Transports.Relay;
using DeltaStream.SocketIO.Engine;
using DeltaStream.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>Two nodes in one process whose relays speak over the wire: requests come in here, the sessions are there.</summary>
public abstract class TwoRelays : TestKit
{
    private const string Config = RelaySerializer.Hocon + "\n" + """
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        akka.cluster { gossip-interval = 50ms, leader-actions-interval = 50ms, periodic-tasks-initial-delay = 50ms, jmx.enabled = off }
        """;

    private readonly ActorSystem _other;

    private protected TwoRelays() : base(Config)
    {
        _other = ActorSystem.Create(Sys.Name, ConfigurationFactory.ParseString(Config));
        var first = Cluster.Get(Sys);
        first.Join(first.SelfAddress);
        Cluster.Get(_other).Join(first.SelfAddress);
        (Here, There) = (new RelayNode(Sys), new RelayNode(_other));
        AwaitAssert(() => Assert.Equal(2, first.State.Members.Count(it => it.Status == MemberStatus.Up)), TimeSpan.FromSeconds(20), TimeSpan.FromMilliseconds(20));
    }

    private protected RelayNode Here { get; }

    private protected RelayNode There { get; }

    private protected Address AddressThere => Cluster.Get(_other).SelfAddress;

    protected override void AfterAll()
    {
        Shutdown(_other);
        Here.Dispose();
        There.Dispose();
        base.AfterAll();
    }
}

/// <summary>The part of a node that serves sessions.</summary>
internal sealed class RelayNode : IEngineApplication, IEngineConnection, ILinkListener, IDisposable
{
    private readonly TransportSettings _settings = new();
    private readonly Deadlines _deadlines = new(new FakeTimeProvider(), TimeSpan.FromMilliseconds(10));
    private readonly AdmissionControl _admission = new(1000);
    private readonly EngineSessions _sessions;
    private readonly EngineEndpoint _endpoint;
    private volatile bool _isReady;

    public RelayNode(ActorSystem system)
    {
        Relay.Start(system);
        _sessions = new EngineSessions(_settings, _deadlines, _admission, new AddressWatch(null, TimeProvider.System, null), () => Relay.Prefix);
        _endpoint = new EngineEndpoint(_sessions, _admission, this, new RelayedRequests(Relay, _sessions, _admission, this));
        Relay.Owner = new HeldSessions(_sessions, _endpoint);
    }

    public SessionRelay Relay { get; } = new();

    /// <summary>What the application takes along to another node.</summary>
    public byte[] State { get; init; } = "state"u8.ToArray();

    /// <summary>What came along from another node.</summary>
    public byte[]? Arrived { get; private set; }

    /// <summary>Whether its session could be written to: a poll waits.</summary>
    public bool IsReady => _isReady;

    /// <summary>Why its session ended; null while it has not.</summary>
    public CloseReason? ClosedWith { get; private set; }

    /// <summary>Whether a message over the limit was reported for its session.</summary>
    public bool IsToldTooLarge { get; private set; }

    public EngineSession Open()
    {
        var session = _sessions.Create(default);
        session.StartPolling(this);
        return session;
    }

    public async Task UpgradeAsync(EngineSession session)
    {
        var pair = new WebSocketPair(_deadlines, _settings);
        pair.Server.CloseAfter(_settings.UpgradeTimeout);
        _ = EngineWebSocket.Probing(session, pair.Server).RunAsync();
        await EngineFixture.ProbeAsync(pair);
        await pair.SendAsync("5");
        await Eventually.True(() => session.Current == EngineTransport.WebSocket, "the upgrade");
    }

    /// <summary>A WebSocket comes in here for a session of another node.</summary>
    public WebSocketPair OpenWebSocket(Address owner, string sid)
    {
        var pair = new WebSocketPair(_deadlines, _settings);
        var session = new RemoteSession(Relay, owner, sid, _admission, default, _sessions, this);
        pair.Server.CloseAfter(_settings.UpgradeTimeout);
        _ = EngineWebSocket.Probing(session, pair.Server).RunAsync();
        return pair;
    }

    /// <summary>A request for the session comes in here.</summary>
    public async Task<(int Status, string Body)> RequestAsync(
        string method, EngineSession session, Stream body, CancellationToken aborted = default, string transport = "polling")
    {
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext { RequestAborted = aborted };
        context.Request.Method = method;
        context.Request.QueryString = new QueryString($"?EIO=4&transport={transport}&sid={session.Sid}");
        if (transport == "websocket") context.Request.Headers.Upgrade = "websocket";
        context.Connection.RemoteIpAddress = System.Net.IPAddress.Parse("198.51.100.7");
        context.Request.Body = body;
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answer));
        await _endpoint.HandleAsync(context);
        return (context.Response.StatusCode, Encoding.UTF8.GetString(answer.ToArray()));
    }

    public void Dispose() => _deadlines.Dispose();

    IEngineConnection IEngineApplication.Open(IEngineLink link)
    {
        link.Attach(this);
        return this;
    }

    ValueTask<IEngineConnection?> IEngineApplication.ArriveAsync(IEngineLink link, byte[] state)
    {
        Arrived = state;
        return new(this);
    }

    ValueTask IEngineConnection.ReceiveAsync(ReadOnlyMemory<byte> data, bool isBinary) => default;

    void IEngineConnection.TooLarge() => IsToldTooLarge = true;

    void ILinkListener.Ready() => _isReady = true;

    ValueTask IEngineConnection.WhenHandledAsync() => default;

    ValueTask<byte[]?> IEngineConnection.LeaveAsync() => new(State);

    void ILinkListener.Ended(CloseReason reason) => ClosedWith = reason;
}
