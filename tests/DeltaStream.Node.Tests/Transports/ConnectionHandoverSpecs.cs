using DeltaStream.Actors.Clients;
using DeltaStream.Node.Transports;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.DirectSockets;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Engine;
using DeltaStream.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>A WebSocket that goes on when the HTTP request that it came with is over.</summary>
public sealed class ConnectionHandoverSpecs : IEngineApplication
{
    private int _requests;
    private CloseReason? _closed;

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task An_upgraded_connection_works_whether_or_not_the_request_ends_at_the_upgrade(bool hasHandover, int during)
    {
        await using var app = await StartAsync(hasHandover);
        using var client = await TestClient.OpenAsync(new Uri(new Uri(app.Urls.Single()), "/engine.io/?EIO=4&transport=websocket"));
        Assert.StartsWith("0{", await client.ReceiveAsync());
        await Eventually.True(() => Volatile.Read(ref _requests) == during, "the request's end, or none");

        foreach (var text in new[] { "4a", "4" + new string('b', 20_000) })
        {
            await client.SendAsync(text);
            Assert.Equal(text, await client.ReceiveAsync());
        }

        Assert.Equal(during, Volatile.Read(ref _requests));
        await client.CloseAsync();
        await Eventually.True(() => Volatile.Read(ref _closed) == CloseReason.ClientClosed && Volatile.Read(ref _requests) == 0, "the end");
    }

    [Fact]
    public async Task HTTPs_timeouts_tick_as_long_as_HTTP_lasts_and_no_longer()
    {
        var (connection, heart) = Connection();
        var (ticks, http, served) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        var running = ConnectionHandover.Before(async it =>
        {
            it.Features.Get<IConnectionHeartbeatFeature>()!.OnHeartbeat(_ => ticks++, it);
            await http.Task;
            await WebSocketAcceptor.ServeAsync(Request(it), () => served.Task);
        })(connection);

        heart.Beat();
        Assert.Equal(1, ticks);
        http.SetResult();
        heart.Beat();
        Assert.Equal(1, ticks);
        Assert.False(running.IsCompleted);
        served.SetResult();
        await running;
    }

    [Fact]
    public async Task A_connection_that_was_upgraded_is_served_although_HTTP_fails_afterwards()
    {
        var (connection, _) = Connection();
        var served = false;
        var running = ConnectionHandover.Before(async it =>
        {
            await WebSocketAcceptor.ServeAsync(Request(it), () =>
            {
                served = true;
                return Task.CompletedTask;
            });
            throw new IOException("the client is gone");
        })(connection);

        await Assert.ThrowsAsync<IOException>(() => running);
        Assert.True(served);
    }

    [Fact]
    public async Task A_connection_that_was_not_upgraded_ends_with_HTTP()
    {
        var (connection, _) = Connection();
        ConnectionContext? spokeHttp = null;
        await ConnectionHandover.Before(it =>
        {
            spokeHttp = it;
            return Task.CompletedTask;
        })(connection);
        Assert.Same(connection, spokeHttp);
    }

    private static (ConnectionContext Connection, Heart Heart) Connection()
    {
        var (connection, heart) = (new DefaultConnectionContext(), new Heart());
        connection.Features.Set<IConnectionHeartbeatFeature>(heart);
        return (connection, heart);
    }

    private static DefaultHttpContext Request(ConnectionContext connection) => new(connection.Features);

    private async Task<WebApplication> StartAsync(bool hasHandover)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen =>
        {
            if (hasHandover) listen.UseHandover();
        }));
        builder.Services.AddGatewayTransports(new TransportSettings { MaxPayload = 100_000 });
        var app = builder.Build();
        app.Use(async (context, next) =>
        {
            Interlocked.Increment(ref _requests);
            await next(context);
            Interlocked.Decrement(ref _requests);
        });
        app.Services.GetRequiredService<TransportServer>().MapEngine(app, "/engine.io", this);
        await app.StartAsync();
        return app;
    }

    IEngineConnection IEngineApplication.Open(IEngineLink link)
    {
        var echo = new Echo(this, link);
        link.Attach(echo);
        return echo;
    }

    private sealed class Heart : IConnectionHeartbeatFeature
    {
        private Action? _beat;

        public void OnHeartbeat(Action<object> action, object state) => _beat += () => action(state);

        public void Beat() => _beat?.Invoke();
    }

    private sealed class Echo(ConnectionHandoverSpecs specs, IEngineLink link) : IEngineConnection, ILinkListener
    {
        public ValueTask ReceiveAsync(ReadOnlyMemory<byte> data, bool isBinary)
        {
            link.WriteControl(EngineFrames.Of(new EnginePacket(EnginePacketType.Message, data.ToArray(), isBinary)));
            return default;
        }

        public void Ready() { }

        public ValueTask WhenHandledAsync() => default;

        public void Ended(CloseReason reason) => Volatile.Write(ref specs._closed, reason);
    }
}
