using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Authentication;

/// <summary>Who gets into a live node that wants tokens, by which way.</summary>
public sealed class LiveTokenSpecs(TokenNode shared) : LiveTokenSpec(shared)
{
    private readonly TokenIssuer _stranger = new();

    public override void Dispose()
    {
        _stranger.Dispose();
        base.Dispose();
    }

    [Fact]
    public async Task A_client_without_a_valid_token_is_refused_on_every_transport()
    {
        (string Case, string? Token, string Message)[] cases =
        [
            ("missing", null, "A token is needed"),
            ("garbage", "garbage", "The token is not valid"),
            ("expired", Token(claims => claims["exp"] = Now.AddSeconds(-1).ToUnixTimeSeconds()), "The token has expired"),
            ("not yet valid", Token(claims => claims["nbf"] = Now.AddMinutes(5).ToUnixTimeSeconds()), "The token is not valid yet"),
            ("wrong secret", TokenIssuer.Hs256(Claims(), "another secret of thirty-two bytes"), "The token is not valid"),
            ("alg none", TokenIssuer.Unsigned(Claims(), "none"), "The token is not valid"),
            ("RS256", _stranger.Rs256(Claims()), "The token is not valid"),
            ("wrong issuer", Token(claims => claims["iss"] = "other"), "The token is not valid"),
            ("wrong audience", Token(claims => claims["aud"] = "other"), "The token is not valid"),
            ("milliseconds", Token(claims => claims["exp"] = Now.AddMinutes(5).ToUnixTimeMilliseconds()), "The token's exp or nbf is in milliseconds; it must be in seconds since 1970"),
            ("nobody", Token(claims => claims.Remove("sub")), "The token lacks what is needed of it"),
        ];
        foreach (var (name, token, message) in cases)
        {
            var refused = $$$"""44{"message":"{{{message}}}","data":{"code":"unauthorized"}}""";
            var payload = token is null ? "40" : $$"""40{"token":"{{token}}"}""";
            await using var inPayload = await TestClient.OpenAsync(Node, TestClient.SocketIo);
            await inPayload.SendAsync(payload);
            Assert.Equal(refused, await inPayload.ExpectTextAsync(text => text.StartsWith("44", StringComparison.Ordinal), $"{name}: a refusal"));
            Assert.Equal(refused, await ConnectByPollingAsync(payload));

            var error = $$$"""{"event":"error","data":{"message":"{{{message}}}","code":"unauthorized","event":"authenticate"}}""";
            await using var first = await TestClient.OpenAsync(Node, "/ws");
            await first.SendAsync(token is null ? """{"event":"authenticate"}""" : Authenticate(token));
            Assert.Equal((4401, error), (await first.EndAsync(), first.Received.Single()));
            if (token is null) continue;

            await using var inHeader = await TestClient.OpenAsync(Node, TestClient.SocketIo, ("Authorization", $"Bearer {token}"));
            await inHeader.SendAsync("40");
            Assert.Equal(refused, await inHeader.ExpectTextAsync(text => text.StartsWith("44", StringComparison.Ordinal), $"{name}: a refusal"));
            await using var plainHeader = await TestClient.OpenAsync(Node, "/ws", ("Authorization", $"Bearer {token}"));
            Assert.Equal((4401, error.Replace(",\"event\":\"authenticate\"", "", StringComparison.Ordinal)), (await plainHeader.EndAsync(), plainHeader.Received.Single()));
        }

        await ShowsNoTokenAsync();
    }

    [Fact]
    public async Task A_valid_token_is_accepted_on_every_transport_and_ignored_in_the_address()
    {
        var token = Token();
        await using var inPayload = await TestClient.OpenAsync(Node, TestClient.SocketIo);
        await inPayload.SendAsync($$"""40{"token":"{{token}}"}""");
        await inPayload.ExpectTextAsync("\"connected\"");
        await using var inHeader = await TestClient.OpenAsync(Node, TestClient.SocketIo, ("Authorization", $"Bearer {token}"));
        await inHeader.SendAsync("40");
        await inHeader.ExpectTextAsync("\"connected\"");
        Assert.StartsWith("40{\"sid\"", await ConnectByPollingAsync($$"""40{"token":"{{token}}"}"""));

        // Many clients put the whole value of the header into the payload.
        await using var withScheme = await TestClient.OpenAsync(Node, TestClient.SocketIo);
        await withScheme.SendAsync($$"""40{"token":"Bearer {{token}}"}""");
        await withScheme.ExpectTextAsync("\"connected\"");
        await using var plainWithScheme = await PlainAsync($"bearer  {token} ");

        await using var first = await TestClient.OpenAsync(Node, "/ws");
        await first.SendAsync($$$"""{"event":"authenticate","data":{"token":"{{{token}}}"},"id":7}""");
        await first.ExpectTextAsync("\"connected\"");
        Assert.Equal(["authenticated", "ack", "connected"], first.Received.Take(3).Select(EventOf));
        await using var plainHeader = await TestClient.OpenAsync(Node, "/ws", ("Authorization", $"bearer {token}"));
        await plainHeader.ExpectTextAsync("\"connected\"");

        await using var inQuery = await TestClient.OpenAsync(Node, $"{TestClient.SocketIo}&token={token}&access_token={token}");
        await inQuery.SendAsync("40");
        Assert.StartsWith("44", await inQuery.ExpectTextAsync(text => text.StartsWith("44", StringComparison.Ordinal), "a refusal"));
    }

    [Fact]
    public async Task A_client_whose_first_message_is_not_CONNECT_is_closed_and_so_is_a_silent_one()
    {
        var before = await MetricAsync("deltastream_refused_tokens_total", "reason=\"missing\"");
        await using var eager = await TestClient.OpenAsync(Node, "/ws");
        await eager.SendAsync("""{"event":"subscribe","data":{"type":"general"}}""");
        await using var odd = await TestClient.OpenAsync(Node, "/ws");
        await odd.SendAsync("no JSON");
        await using var silent = await TestClient.OpenAsync(Node, "/ws");
        foreach (var client in new[] { eager, odd, silent })
        {
            Assert.Equal(4401, await client.EndAsync());
            Assert.Contains("A token is needed", client.Received.Single());
        }

        Assert.Equal(before + 3, await MetricAsync("deltastream_refused_tokens_total", "reason=\"missing\""));
    }

    [Fact]
    public async Task A_refused_client_may_try_again_on_its_connection_a_limited_number_of_times()
    {
        await using var client = await TestClient.OpenAsync(Node, TestClient.SocketIo);
        await client.SendAsync("""40{"token":"old"}""");
        await client.ExpectTextAsync("unauthorized");
        await client.SendAsync($$"""40{"token":"{{Token()}}"}""");
        await client.ExpectTextAsync("\"connected\"");

        await using var guesser = await TestClient.OpenAsync(Node, TestClient.SocketIo);
        for (var i = 0; i < 20; i++) await guesser.SendAsync($$"""40{"token":"guess-{{i}}"}""");
        Assert.Equal(4401, await guesser.EndAsync());
        Assert.InRange(guesser.Received.Count(text => text.StartsWith("44", StringComparison.Ordinal)), 8, 9);
    }

    [Fact]
    public async Task No_content_of_a_valid_or_invalid_token_is_in_the_log()
    {
        var lines = Node.Lines.Count;
        foreach (var text in new[] { "forged", "\nforged", "\r\n{\"event\":\"forged_event\"}", "\u001b[31mforged", "{forged}{0:x}", "\u2028forged" })
        {
            foreach (var place in new[] { "kid", "typ", "cty", "jku", "x5u", "x5t", "sub", "user_id", "iss", "aud", "role", "rooms", "jti", text })
            {
                var (header, claims) = (TokenIssuer.Header("HS256"), Claims());
                var isHeader = place is "kid" or "typ" or "cty" or "jku" or "x5u" or "x5t";
                (isHeader ? header : claims)[place] = place == "rooms" ? new JsonArray(text, $"product:{text}") : text;
                foreach (var secret in new[] { TokenIssuer.Secret, "another secret of thirty-two bytes" })
                {
                    await using var client = await TestClient.OpenAsync(Node, "/ws", ("Authorization", $"Bearer {TokenIssuer.Hs256(claims, secret, header)}"));
                    await Eventually.True(() => client.Received.Count > 0, "an answer");
                    Assert.True(secret == TokenIssuer.Secret || client.Received[0].Contains("unauthorized", StringComparison.Ordinal), client.Received[0]);
                }
            }
        }

        await Eventually.True(() => Node.Lines.Skip(lines).Any(line => line.Contains("token_refused", StringComparison.Ordinal)), "refusals are logged");
        Assert.All(Node.Lines.Skip(lines), line =>
        {
            using var _ = JsonDocument.Parse(line);
            Assert.DoesNotContain("forged", line, StringComparison.OrdinalIgnoreCase);
        });
    }

    /// <summary>Connects by long-polling; gives the answer to the CONNECT.</summary>
    private async Task<string> ConnectByPollingAsync(string connect)
    {
        var url = new Uri(Node.Url, "/socket.io/?EIO=4&transport=polling");
        using var open = JsonDocument.Parse((await Http.GetStringAsync(url))[1..]);
        url = new Uri($"{url}&sid={open.RootElement.GetProperty("sid").GetString()}");
        using var posted = await Http.PostAsync(url, new StringContent(connect));
        Assert.Equal(HttpStatusCode.OK, posted.StatusCode);
        return (await Http.GetStringAsync(url)).Split('\u001e')[0];
    }

    private async Task ShowsNoTokenAsync()
    {
        await Eventually.True(() => Node.Log.Contains("token_refused", StringComparison.Ordinal), "refusals are logged");
        Assert.DoesNotContain("eyJ", Node.Log);
        Assert.DoesNotContain(TokenIssuer.Secret, Node.Log);
        Assert.DoesNotContain("   at ", Node.Log);
    }
}
