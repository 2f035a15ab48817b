using System.Text;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Binary;
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

/// <summary>Requests for a session that another node holds: two nodes in one process, whose relays speak over the wire.</summary>
public sealed class RelayedRequestSpecs : TestKit
{
    private const string Config = RelaySerializer.Hocon + "\n" + """
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        akka.cluster { gossip-interval = 50ms, leader-actions-interval = 50ms, periodic-tasks-initial-delay = 50ms, jmx.enabled = off }
        """;

    private readonly ActorSystem _other;
    private readonly Node _here;
    private readonly Node _there;

    public RelayedRequestSpecs() : base(Config)
    {
        _other = ActorSystem.Create(Sys.Name, ConfigurationFactory.ParseString(Config));
        var first = Cluster.Get(Sys);
        first.Join(first.SelfAddress);
        Cluster.Get(_other).Join(first.SelfAddress);
        (_here, _there) = (new Node(Sys), new Node(_other));
        AwaitAssert(() => Assert.Equal(2, first.State.Members.Count(it => it.Status == MemberStatus.Up)), TimeSpan.FromSeconds(20), TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public async Task A_body_that_comes_too_slowly_is_answered_400_and_ends_its_session()
    {
        var session = _there.Open();
        Assert.Equal((400, ""), await _here.RequestAsync("POST", session, new SlowBody()));
        await Eventually.True(() => _there.ClosedWith == CloseReason.TransportError, "the session is closed");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_poll_that_comes_after_the_upgrade_is_refused_and_disturbs_nobody(bool hasHungUp)
    {
        var session = _there.Open();
        await _there.UpgradeAsync(session);
        var (status, body) = await _here.RequestAsync("GET", session, Stream.Null, new CancellationToken(hasHungUp));
        Assert.Equal(400, status);
        if (!hasHungUp) Assert.Equal("""{"code":3,"message":"Bad request"}""", body);

        // What the node here has said of the poll's end came before this.
        var look = new FieldWriter().Text(session.Sid).Text("").ToBytes();
        Assert.Equal([2], await _here.Relay.AskAsync(Cluster.Get(_other).SelfAddress, RelayKind.Look, look));
        Assert.Null(_there.ClosedWith);
    }

    [Fact]
    public async Task A_poll_that_waits_while_its_sessions_node_drains_is_refused_and_so_is_a_later_one()
    {
        var session = _there.Open();
        var poll = _here.RequestAsync("GET", session, Stream.Null);
        await Eventually.True(() => _there.IsReady, "the poll waits");
        session.Close(CloseReason.ServerDraining);

        var refused = (400, """{"code":1,"message":"Session ID unknown"}""");
        Assert.Equal(refused, await poll.WaitAsync(Eventually.Patience));
        Assert.Equal((200, "ok"), await _here.RequestAsync("POST", session, new MemoryStream("4a"u8.ToArray())));
        Assert.Equal(refused, await _here.RequestAsync("GET", session, Stream.Null));
    }

    protected override void AfterAll()
    {
        Shutdown(_other);
        _here.Dispose();
        _there.Dispose();
        base.AfterAll();
    }

    /// <summary>What of a node serves sessions.</summary>
    private sealed class Node : IEngineApplication, IEngineConnection, ILinkListener, IDisposable
    {
        private readonly TransportSettings _settings = new();
        private readonly Deadlines _deadlines = new(new FakeTimeProvider(), TimeSpan.FromMilliseconds(10));
        private readonly EngineSessions _sessions;
        private readonly EngineEndpoint _endpoint;
        private volatile bool _isReady;

        public Node(ActorSystem system)
        {
            Relay.Start(system);
            var admission = new AdmissionControl(1000);
            _sessions = new EngineSessions(_settings, _deadlines, admission, new AddressWatch(null, TimeProvider.System, null), () => Relay.Prefix);
            _endpoint = new EngineEndpoint(_sessions, admission, this, new RelayedRequests(Relay, _sessions, admission, this));
            Relay.Owner = new HeldSessions(_sessions, _endpoint);
        }

        public SessionRelay Relay { get; } = new();

        /// <summary>Why its session ended; null while it has not.</summary>
        public CloseReason? ClosedWith { get; private set; }

        /// <summary>Whether its session could be written to: a poll waits.</summary>
        public bool IsReady => _isReady;

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

        /// <summary>A request of the session's comes in here.</summary>
        public async Task<(int Status, string Body)> RequestAsync(string method, EngineSession session, Stream body, CancellationToken aborted = default)
        {
            using var answer = new MemoryStream();
            var context = new DefaultHttpContext { RequestAborted = aborted };
            context.Request.Method = method;
            context.Request.QueryString = new QueryString($"?EIO=4&transport=polling&sid={session.Sid}");
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

        ValueTask IEngineConnection.ReceiveAsync(ReadOnlyMemory<byte> data, bool isBinary) => default;

        void ILinkListener.Ready() => _isReady = true;

        ValueTask IEngineConnection.SettleAsync() => default;

        void ILinkListener.Ended(CloseReason reason) => ClosedWith = reason;
    }

    /// <summary>A body that the web server has given up.</summary>
    private sealed class SlowBody : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromException<int>(new BadHttpRequestException("too slow", StatusCodes.Status408RequestTimeout));
    }
}
