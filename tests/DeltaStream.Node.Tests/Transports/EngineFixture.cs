using System.Text;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.SocketIO.Engine;
using DeltaStream.SocketIO.Framing;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>One Engine.IO session in virtual time, with an application that writes down what it hears.</summary>
internal sealed class EngineFixture : IEngineApplication, IEngineConnection, ILinkListener, IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly Deadlines _deadlines;
    private readonly EngineSessions _sessions;
    private readonly TransportSettings _settings = new();

    public EngineFixture()
    {
        _deadlines = new Deadlines(_time, TimeSpan.FromMilliseconds(10));
        _sessions = new EngineSessions(_settings, _deadlines, Admission, new AddressWatch(null, _time, null));
        Admission.TryEnter(default);
        Session = _sessions.Create(default);
        Session.StartPolling(this);
    }

    public EngineSession Session { get; }

    public AdmissionControl Admission { get; } = new(1000);

    public IEngineLink Link { get; private set; } = null!;

    /// <summary>What the application has received.</summary>
    public List<string> Received { get; } = [];

    /// <summary>How often it was told that the link is ready.</summary>
    public int Readies { get; private set; }

    /// <summary>Why the session ended; null while it has not.</summary>
    public CloseReason? ClosedWith { get; private set; }

    /// <summary>What the application does with a message, beside writing it down.</summary>
    public Func<string, ValueTask> OnMessage { get; set; } = _ => default;

    /// <summary>What the application does when the link is ready, beside counting it.</summary>
    public Action OnReady { get; set; } = () => { };

    /// <summary>Whether the session can still be found by its id.</summary>
    public bool IsKnown => _sessions.TryFind(Session.Sid, out _);

    /// <summary>Lets time pass in small steps, as it does.</summary>
    public void Advance(double seconds)
    {
        for (var rest = TimeSpan.FromSeconds(seconds); rest > TimeSpan.Zero; rest -= Step) _time.Advance(rest < Step ? rest : Step);
    }

    public void Dispose() => _deadlines.Dispose();

    /// <summary>Polls; the answer as it would stand in the response, or the refusal's code.</summary>
    public async Task<string> PollAsync(CancellationToken aborted = default)
    {
        var (frames, refusal) = await Session.PollAsync(aborted);
        return frames is null ? $"refused {refusal!.Code}" : string.Join('|', frames.Select(Text));
    }

    /// <summary>Posts; <c>ok</c>, or the refusal's code.</summary>
    public async Task<string> PostAsync(string body) =>
        await Session.PostAsync(() => Task.FromResult<ReadOnlyMemory<byte>?>(Encoding.UTF8.GetBytes(body))) is { } refusal ? $"refused {refusal.Code}" : "ok";

    /// <summary>Opens a WebSocket for the session, as its upgrade begins.</summary>
    public WebSocketPair OpenProbe()
    {
        var pair = new WebSocketPair(_deadlines, _settings);
        pair.Server.CloseAfter(_settings.UpgradeTimeout);
        _ = EngineWebSocket.Probing(Session, pair.Server).RunAsync();
        return pair;
    }

    /// <summary>Opens a WebSocket and takes it through the whole upgrade.</summary>
    public async Task<WebSocketPair> UpgradeAsync()
    {
        var pair = OpenProbe();
        await ProbeAsync(pair);
        await pair.SendAsync("5");
        await Eventually.True(() => Session.Current == EngineTransport.WebSocket, "the upgrade");
        return pair;
    }

    public static async Task ProbeAsync(WebSocketPair pair)
    {
        await pair.SendAsync("2probe");
        Assert.Equal("3probe", await pair.ReceiveTextAsync());
    }

    public static Frame Message(string text) => EngineFrames.Of(EnginePacket.Text(Encoding.UTF8.GetBytes(text)));

    IEngineConnection IEngineApplication.Open(IEngineLink link)
    {
        Link = link;
        link.Attach(this);
        return this;
    }

    async ValueTask IEngineConnection.ReceiveAsync(ReadOnlyMemory<byte> data, bool isBinary)
    {
        var text = Encoding.UTF8.GetString(data.Span);
        Received.Add(isBinary ? "binary " + text : text);
        await OnMessage(text);
    }

    void ILinkListener.Ready()
    {
        Readies++;
        OnReady();
    }

    ValueTask IEngineConnection.WhenHandledAsync() => default;

    void ILinkListener.Ended(CloseReason reason) => ClosedWith = reason;

    private static string Text(Frame frame) => Encoding.UTF8.GetString(WebSocketFrameWriter.PayloadOf(frame.Bytes.Span));
}
