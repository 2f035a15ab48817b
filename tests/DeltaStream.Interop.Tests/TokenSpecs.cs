using System.Text.Json;

namespace DeltaStream.Interop.Tests;

/// <summary>The client against a gateway that wants tokens.</summary>
public class TokenSpecs : IAsyncLifetime
{
    private RedisServer _redis = null!;
    private NodeProcess _node = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _node = await NodeProcess.Start(
            ("REDIS_URL", _redis.Url), ("AUTH_MODE", "jwt"), ("AUTH_ALLOW_ANONYMOUS", null), ("AUTH_JWT_SECRET", TokenIssuer.Secret)).ReadyAsync();
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task A_client_enters_with_a_token_renews_it_and_without_one_gets_the_reason()
    {
        foreach (var mode in Enum.GetValues<ClientMode>())
        {
            using var client = mode.CreateClient(_node.Url, new { token = Token(600) });
            var (connected, authenticated) = (client.Hear("connected"), client.Hear("authenticated"));
            await client.ConnectAsync();
            await connected.FirstAsync("connected");
            var answer = (await client.CallAsync("authenticate", new { token = Token(900) })).GetValue<JsonElement>();
            Assert.Equal("ok", answer.GetProperty("status").GetString());
            Assert.True((await authenticated.FirstAsync("authenticated")).GetValue<JsonElement>().GetProperty("expires_at").GetDouble() > 0);
            await client.DisconnectAsync();

            using var refused = mode.CreateClient(_node.Url, new { token = Token(-1) });
            var error = "";
            refused.OnError += (_, message) => error = message;
            var connecting = refused.ConnectAsync();
            await Eventually.True(() => error == "The token has expired", "the refusal");
            Assert.False(refused.Connected);
            _ = connecting.ContinueWith(static task => task.Exception, TaskScheduler.Default);
        }
    }

    private static string Token(int seconds) => TokenIssuer.Hs256(TokenIssuer.Claims(DateTimeOffset.UtcNow, seconds));
}
