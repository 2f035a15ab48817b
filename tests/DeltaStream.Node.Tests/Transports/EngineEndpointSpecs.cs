using System.Text;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.Engine;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>What happens between an answer's leaving and the request's end: clients do not wait for the latter.</summary>
public sealed class EngineEndpointSpecs : IEngineApplication, IEngineConnection, ILinkListener, IDisposable
{
    private readonly Deadlines _deadlines;
    private readonly EngineSessions _sessions;
    private readonly EngineEndpoint _endpoint;
    private readonly EngineSession _session;
    private IEngineLink _link = null!;
    private CloseReason? _closedWith;

    public EngineEndpointSpecs()
    {
        var settings = new TransportSettings();
        var time = new FakeTimeProvider();
        var admission = new AdmissionControl(settings.MaxConnections);
        _deadlines = new Deadlines(time, TimeSpan.FromMilliseconds(10));
        _sessions = new EngineSessions(settings, _deadlines, admission, new AddressWatch(null, time, null));
        _endpoint = new EngineEndpoint(_sessions, admission, this);
        _session = _sessions.Create(default);
        _session.StartPolling(this);
    }

    public void Dispose() => _deadlines.Dispose();

    [Fact]
    public async Task A_client_may_post_again_as_soon_as_it_is_answered()
    {
        string? second = null;
        using var answer = new Answer(() => second ??= _session.PostAsync(() => Task.FromResult<ReadOnlyMemory<byte>?>(null)).Result is { } refusal ? $"refused {refusal.Code}" : "taken");

        await _endpoint.HandleAsync(Request("POST", answer, "4a"));

        Assert.Equal("ok", answer.Text);
        Assert.Equal("taken", second);
        Assert.Null(_closedWith);
    }

    [Fact]
    public async Task A_client_may_hang_up_as_soon_as_its_poll_is_answered()
    {
        using var client = new CancellationTokenSource();
        using var answer = new Answer(client.Cancel);
        _link.WriteControl(EngineFixture.Message("a"));

        await _endpoint.HandleAsync(Request("GET", answer, aborted: client.Token));

        Assert.Equal("4a", answer.Text);
        Assert.Null(_closedWith);
    }

    [Fact]
    public async Task A_client_that_hangs_up_before_its_poll_is_answered_is_closed()
    {
        using var client = new CancellationTokenSource();
        using var answer = new Answer(() => { });
        var poll = _endpoint.HandleAsync(Request("GET", answer, aborted: client.Token));
        await client.CancelAsync();
        await poll;

        Assert.Equal(CloseReason.TransportError, _closedWith);
    }

    IEngineConnection IEngineApplication.Open(IEngineLink link)
    {
        _link = link;
        link.Attach(this);
        return this;
    }

    ValueTask IEngineConnection.ReceiveAsync(ReadOnlyMemory<byte> data, bool isBinary) => default;

    void ILinkListener.Ready() { }

    ValueTask IEngineConnection.WhenHandledAsync() => default;

    void ILinkListener.Ended(CloseReason reason) => _closedWith = reason;

    private DefaultHttpContext Request(string method, Stream answer, string body = "", CancellationToken aborted = default)
    {
        var context = new DefaultHttpContext { RequestAborted = aborted };
        context.Request.Method = method;
        context.Request.QueryString = new QueryString($"?EIO=4&transport=polling&sid={_session.Sid}");
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answer));
        return context;
    }

    /// <summary>A response's body that says when its bytes leave.</summary>
    private sealed class Answer(Action leaves) : MemoryStream
    {
        public string Text => Encoding.UTF8.GetString(ToArray());

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            leaves();
            return default;
        }
    }
}
