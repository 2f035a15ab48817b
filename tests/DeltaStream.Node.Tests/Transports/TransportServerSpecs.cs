using System.Net;
using System.Net.WebSockets;
using System.Text;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Transports;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.Plain;
using DeltaStream.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>The server on a real Kestrel: admission, origins, the plain WebSocket, and letting clients go.</summary>
public sealed class TransportServerSpecs : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly PlainEcho _echo = new();
    private readonly HttpClient _http = new();
    private WebApplication _app = null!;
    private TransportServer _server = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(static kestrel => kestrel.ConfigureEndpointDefaults(static listen => listen.UseHandover()));
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Services.AddGatewayTransports(new TransportSettings
        {
            Origins = OriginPolicy.TryParse(["https://page.example"])!,
            MaxConnections = 20,
            MaxPayload = 1000,
        });
        _app = builder.Build();
        _server = _app.Services.GetRequiredService<TransportServer>();
        _server.MapPlain(_app, "/ws", _echo);
        await _app.StartAsync();
        _http.BaseAddress = new Uri(_app.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        using var now = new CancellationTokenSource(0);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Messages_arrive_and_invalid_ones_are_distinguished()
    {
        using var socket = await ConnectAsync();
        await socket.SendAsync("""{"event":"a","data":1}""");
        await socket.SendAsync("nonsense");
        await socket.SendBinaryAsync(1);
        await socket.SendAsync("""{"event":"b"}""");

        await Eventually.True(() => _echo.Heard.Count == 4, "four messages");
        Assert.Equal("a 1", _echo.Heard[0]);
        Assert.StartsWith("invalid", _echo.Heard[1]);
        Assert.StartsWith("invalid", _echo.Heard[2]);
        Assert.Equal("b ", _echo.Heard[3]);
        Assert.Equal("""{"event":"echo","data":1}""", await socket.ReceiveAsync());
    }

    [Fact]
    public async Task A_message_over_the_limit_is_closed_with_1009()
    {
        using var socket = await ConnectAsync();
        await socket.SendAsync(new string('x', 1001));

        Assert.Equal(1009, await socket.EndAsync());
    }

    [Theory]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("https://page.example", HttpStatusCode.UpgradeRequired)]
    [InlineData(null, HttpStatusCode.UpgradeRequired)]
    public async Task Only_allowed_origins_are_accepted(string? origin, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ws");
        if (origin is not null) request.Headers.Add("Origin", origin);
        using var response = await _http.SendAsync(request);

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task The_nodes_own_origin_is_always_accepted()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ws");
        request.Headers.Add("Origin", $"https://{_http.BaseAddress!.Authority}");
        using var response = await _http.SendAsync(request);

        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_refused()
    {
        var sockets = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ConnectAsync()));
        await Assert.ThrowsAsync<WebSocketException>(ConnectAsync);
        foreach (var socket in sockets) socket.Dispose();
        await Eventually.True(() => _server.Inside == 0, "all gone");

        (await ConnectAsync()).Dispose();
    }

    [Fact]
    public async Task A_stopping_server_refuses_new_clients_and_keeps_its_own()
    {
        using var socket = await ConnectAsync();
        _server.StopAccepting();

        await Assert.ThrowsAsync<WebSocketException>(ConnectAsync);
        await socket.SendAsync("""{"event":"a","data":1}""");
        Assert.Equal("""{"event":"echo","data":1}""", await socket.ReceiveAsync());
    }

    [Fact]
    public async Task Clients_are_closed_in_even_batches_over_the_drain_time()
    {
        var sockets = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ConnectAsync()));
        var closing = _server.CloseAllAsync(CloseReason.ServerDraining, TimeSpan.FromSeconds(1));
        var counts = new List<int>();
        while (!closing.IsCompleted)
        {
            counts.Add(_echo.ClosedWith.Count);
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        Assert.Equal(10, _echo.ClosedWith.Count);
        Assert.InRange(counts[counts.Count / 2], 4, 6);
        Assert.All(await Task.WhenAll(sockets.Select(socket => socket.EndAsync())), code => Assert.Equal(1012, code));
        foreach (var socket in sockets) socket.Dispose();
    }

    [Fact]
    public async Task Late_batches_are_larger_so_that_the_drain_ends_in_time()
    {
        var sockets = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ConnectAsync()));
        var closing = _server.CloseAllAsync(CloseReason.ServerDraining, TimeSpan.FromSeconds(1));
        foreach (var closed in new[] { 3, 6, 9, 10 })
        {
            _time.Advance(TimeSpan.FromMilliseconds(300));
            await Eventually.True(() => _echo.ClosedWith.Count == closed, $"{closed} are closed");
        }

        await closing;
        foreach (var socket in sockets) socket.Dispose();
    }

    [Fact]
    public async Task Without_a_drain_time_clients_are_closed_at_once()
    {
        using var socket = await ConnectAsync();
        await _server.CloseAllAsync(CloseReason.ServerDraining, TimeSpan.Zero);

        Assert.Equal(1012, await socket.EndAsync());
    }

    private Task<TestClient> ConnectAsync() => TestClient.OpenAsync(new Uri(_http.BaseAddress!, "/ws"));

    private sealed class PlainEcho : IPlainApplication
    {
        private readonly List<string> _heard = [];
        private readonly List<CloseReason> _closedWith = [];

        public IReadOnlyList<string> Heard
        {
            get
            {
                lock (_heard) return [.. _heard];
            }
        }

        public IReadOnlyList<CloseReason> ClosedWith
        {
            get
            {
                lock (_closedWith) return [.. _closedWith];
            }
        }

        public IPlainConnection Open(IConnectionLink link) => new Connection(this, link);

        private sealed class Connection(PlainEcho echo, IConnectionLink link) : IPlainConnection, ILinkListener
        {
            public bool IsOpen => true;

            public ValueTask<bool> StartAsync()
            {
                link.Attach(this);
                return new(true);
            }

            public ValueTask ReceiveAsync(PlainMessage message)
            {
                lock (echo._heard) echo._heard.Add($"{message.Event} {Encoding.UTF8.GetString(message.Data.Span)}");
                if (!message.Data.IsEmpty) link.Write([PlainProtocol.Instance.EncodeEvent("echo", message.Data.Span)]);
                return default;
            }

            public ValueTask ReceiveInvalidAsync(string why)
            {
                lock (echo._heard) echo._heard.Add($"invalid: {why}");
                return default;
            }

            public void Ready() { }

            public void TooLarge() { }

            public void GiveUp() => throw new InvalidOperationException("it was let in");

            public void Ended(CloseReason reason)
            {
                lock (echo._closedWith) echo._closedWith.Add(reason);
            }
        }
    }
}
