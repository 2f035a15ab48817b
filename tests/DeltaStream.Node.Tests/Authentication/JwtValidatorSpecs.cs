using System.Text;
using System.Text.Json.Nodes;
using DeltaStream.Node.Authentication;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Authentication;

/// <summary>Which tokens are good, and what each that is not is refused for.</summary>
public sealed class JwtValidatorSpecs : IDisposable
{
    private static readonly AuthSettings Settings = new()
    {
        NeedsToken = true,
        Secret = Encoding.UTF8.GetBytes(TokenIssuer.Secret),
        Issuer = "https://issuer.example",
        Audience = "deltastream",
    };

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly TokenIssuer _issuer = new();
    private readonly TokenIssuer _stranger = new();

    public void Dispose()
    {
        _issuer.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Each_configured_algorithm_is_accepted()
    {
        Assert.Null((await Hs().CheckAsync(TokenIssuer.Hs256(Claims()))).Refusal);
        Assert.Null((await Jwks().CheckAsync(_issuer.Rs256(Claims()))).Refusal);
        Assert.Null((await Jwks().CheckAsync(_issuer.Rs256(Claims(), kid: null))).Refusal);
        Assert.Null((await Jwks().CheckAsync(_issuer.Es256(Claims()))).Refusal);
        Assert.Null((await Jwks().CheckAsync(_issuer.Es256(Claims(), kid: null))).Refusal);
    }

    [Fact]
    public async Task A_token_gives_subject_rooms_and_expiry()
    {
        var claims = Claims("""["product:*","general"]""");
        claims["role"] = "operator";
        var identity = (await Hs().CheckAsync(TokenIssuer.Hs256(claims))).Identity!;
        Assert.Equal(("trader-7", "operator", _time.GetUtcNow().AddSeconds(600)), (identity.Subject, identity.Role, identity.ExpiresAt));
        Assert.Equal(["product:*", "general"], identity.Rooms.Patterns);
        Assert.Null((await Hs().CheckAsync(TokenIssuer.Hs256(Claims()))).Identity!.Rooms.Patterns);
    }

    // a claim, its value, and the subject, the rooms or the role that come of it
    [Theory]
    [InlineData("sub", "\"\"", "user_id:77")]
    [InlineData("sub", "42", "42")]
    [InlineData("sub", "null", "user_id:77")]
    [InlineData("sub", "\"नमस्ते\"", "नमस्ते")]
    [InlineData("sub", "\"a\\nb\"", null)]
    public async Task The_subject_is_sub_or_else_the_platforms_user_id(string claim, string value, string? subject)
    {
        var claims = Claims();
        claims[claim] = JsonNode.Parse(value);
        claims["user_id"] = "user_id:77";
        var check = await Hs().CheckAsync(TokenIssuer.Hs256(claims));
        Assert.Equal(subject, check.Identity?.Subject);
        if (subject is null) Assert.Equal(TokenRefusal.Claims, check.Refusal);
    }

    [Fact]
    public async Task A_user_id_may_be_a_number()
    {
        var claims = Claims();
        claims.Remove("sub");
        Assert.Equal(TokenRefusal.Claims, (await Hs().CheckAsync(TokenIssuer.Hs256(claims))).Refusal);
        claims["user_id"] = 1234;
        Assert.Equal("1234", (await Hs().CheckAsync(TokenIssuer.Hs256(claims))).Identity!.Subject);
    }

    [Theory]
    [InlineData("\"general\"", "general")]
    [InlineData("[]", "")]
    [InlineData("[\"general\",\"chain:A\"]", "general|chain:A")]
    [InlineData("null", null)]
    [InlineData("7", null)]
    [InlineData("{}", null)]
    [InlineData("[\"general\",7]", null)]
    [InlineData("[[\"general\"]]", null)]
    public async Task Rooms_that_are_not_a_list_of_texts_are_refused(string rooms, string? patterns)
    {
        var claims = Claims();
        claims["rooms"] = JsonNode.Parse(rooms);
        var check = await Hs().CheckAsync(TokenIssuer.Hs256(claims));
        Assert.Equal(patterns, check.Identity is null ? null : string.Join('|', check.Identity.Rooms.Patterns!));
        if (patterns is null) Assert.Equal(TokenRefusal.Claims, check.Refusal);
    }

    [Fact]
    public async Task Times_of_a_token_count_in_whole_seconds()
    {
        var token = TokenIssuer.Hs256(Claims());
        _time.Advance(TimeSpan.FromSeconds(599.9));
        Assert.Null((await Hs().CheckAsync(token)).Refusal);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(TokenRefusal.Expired, (await Hs().CheckAsync(token)).Refusal);
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public async Task An_issuers_clock_may_be_a_little_ahead(int seconds, bool isGood)
    {
        var claims = Claims();
        claims["nbf"] = _time.GetUtcNow().AddSeconds(seconds).ToUnixTimeSeconds();
        Assert.Equal(isGood ? null : TokenRefusal.NotYetValid, (await Hs().CheckAsync(TokenIssuer.Hs256(claims))).Refusal);
    }

    [Theory]
    [InlineData("\"soon\"")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("true")]
    public async Task A_token_whose_exp_is_not_a_time_is_refused(string exp)
    {
        var claims = Claims();
        claims["exp"] = JsonNode.Parse(exp);
        Assert.NotNull((await Hs().CheckAsync(TokenIssuer.Hs256(claims))).Refusal);
    }

    [Fact]
    public async Task A_token_without_an_expiry_is_accepted_only_if_a_setting_allows_it()
    {
        var claims = Claims();
        claims.Remove("exp");
        Assert.Equal(TokenRefusal.Claims, (await Hs().CheckAsync(TokenIssuer.Hs256(claims))).Refusal);
        var check = await Hs(Settings with { RequiresExpiry = false }).CheckAsync(TokenIssuer.Hs256(claims));
        Assert.Null(check.Identity!.ExpiresAt);
    }

    [Fact]
    public async Task Each_invalid_token_is_refused_for_its_reason()
    {
        var hs = Hs();
        var jwks = Jwks();
        (string Case, JwtValidator Validator, string? Token, TokenRefusal Refusal)[] cases =
        [
            ("none", hs, null, TokenRefusal.Missing),
            ("empty", hs, "", TokenRefusal.Missing),
            ("no token", hs, "abc", TokenRefusal.Malformed),
            ("two parts", hs, "e30.e30", TokenRefusal.Malformed),
            ("five parts", hs, "e30.e30.e30.e30.e30", TokenRefusal.Malformed),
            ("header no JSON", hs, "AAAA.e30.AAAA", TokenRefusal.Malformed),
            ("too long", hs, TokenIssuer.Hs256(With("pad", new string('x', 20_000))), TokenRefusal.Malformed),
            ("another secret", hs, TokenIssuer.Hs256(Claims(), "another secret of thirty-two bytes"), TokenRefusal.Signature),
            ("signature cut", hs, TokenIssuer.Hs256(Claims())[..^4], TokenRefusal.Signature),
            ("signature gone", hs, TokenIssuer.Hs256(Claims())[..(TokenIssuer.Hs256(Claims()).LastIndexOf('.') + 1)], TokenRefusal.Signature),
            ("claims swapped", hs, Swap(TokenIssuer.Hs256(Claims()), With("sub", "admin")), TokenRefusal.Signature),
            ("alg none", hs, TokenIssuer.Unsigned(Claims(), "none"), TokenRefusal.Signature),
            ("alg NONE", hs, TokenIssuer.Unsigned(Claims(), "NoNe"), TokenRefusal.Signature),
            ("alg none, JWKS", jwks, TokenIssuer.Unsigned(Claims(), "none"), TokenRefusal.Signature),
            ("alg HS384", hs, TokenIssuer.Hs256(Claims(), header: TokenIssuer.Header("HS384")), TokenRefusal.Signature),
            ("RS256 where HS256 is set", hs, _issuer.Rs256(Claims()), TokenRefusal.Signature),
            ("HS256 with the public key", jwks, _issuer.Hs256WithPublicKey(Claims(), "rsa-1"), TokenRefusal.Signature),
            ("HS256 where RS256 is set", jwks, TokenIssuer.Hs256(Claims()), TokenRefusal.Signature),
            ("RS512", jwks, _issuer.Rs512(Claims()), TokenRefusal.Signature),
            ("a stranger's key", jwks, _stranger.Rs256(Claims()), TokenRefusal.Signature),
            ("a stranger's key, no kid", jwks, _stranger.Rs256(Claims(), kid: null), TokenRefusal.Signature),
            ("a stranger's P-256 key", jwks, _stranger.Es256(Claims()), TokenRefusal.Signature),
            ("unknown kid", jwks, _issuer.Rs256(Claims(), kid: "rsa-2"), TokenRefusal.Signature),
            ("kid is a path", jwks, _stranger.Rs256(Claims(), kid: "../../../dev/null"), TokenRefusal.Signature),
            ("RS256 by the P-256 key's kid", jwks, _issuer.Rs256(Claims(), kid: "ec-1"), TokenRefusal.Signature),
            ("own key in jwk", jwks, _stranger.Rs256(Claims(), header: WithHeader("jwk", _stranger.RsaKey("x"))), TokenRefusal.Signature),
            ("keys at jku", jwks, _stranger.Rs256(Claims(), header: WithHeader("jku", "http://127.0.0.1:1/jwks")), TokenRefusal.Signature),
            ("keys at x5u", jwks, _stranger.Rs256(Claims(), header: WithHeader("x5u", "http://127.0.0.1:1/x5u")), TokenRefusal.Signature),
            ("crit", jwks, _issuer.Rs256(Claims(), header: WithHeader("crit", new JsonArray("b64"))), TokenRefusal.Malformed),
            ("another issuer", hs, TokenIssuer.Hs256(With("iss", "https://other.example")), TokenRefusal.Issuer),
            ("no issuer", hs, TokenIssuer.Hs256(With("iss", null)), TokenRefusal.Issuer),
            ("another audience", hs, TokenIssuer.Hs256(With("aud", "other")), TokenRefusal.Audience),
            ("no audience", hs, TokenIssuer.Hs256(With("aud", null)), TokenRefusal.Audience),
            ("expired", hs, TokenIssuer.Hs256(With("exp", _time.GetUtcNow().AddSeconds(-1).ToUnixTimeSeconds())), TokenRefusal.Expired),
            ("not yet valid", hs, TokenIssuer.Hs256(With("nbf", _time.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds())), TokenRefusal.NotYetValid),
            ("exp in milliseconds", hs, TokenIssuer.Hs256(With("exp", _time.GetUtcNow().AddMinutes(10).ToUnixTimeMilliseconds())), TokenRefusal.Milliseconds),
            ("exp in milliseconds, past", hs, TokenIssuer.Hs256(With("exp", _time.GetUtcNow().AddMinutes(-10).ToUnixTimeMilliseconds())), TokenRefusal.Milliseconds),
            ("exp in milliseconds with a fraction", hs, TokenIssuer.Hs256(With("exp", 1_728_000_600_000.5)), TokenRefusal.Milliseconds),
            ("nbf in milliseconds", hs, TokenIssuer.Hs256(With("nbf", _time.GetUtcNow().AddMinutes(-1).ToUnixTimeMilliseconds())), TokenRefusal.Milliseconds),
            ("subject too long", hs, TokenIssuer.Hs256(With("sub", new string('x', 257))), TokenRefusal.Claims),
        ];
        foreach (var (name, validator, token, refusal) in cases)
        {
            var check = await validator.CheckAsync(token);
            Assert.True(check.Identity is null && check.Refusal == refusal, $"{name}: expected {refusal.Reason}, was {check.Refusal?.Reason}");
        }
    }

    [Fact]
    public async Task The_previous_secret_is_still_accepted_if_one_is_set()
    {
        const string old = "the secret before, of thirty-two bytes";
        var both = Hs(Settings with { PreviousSecret = Encoding.UTF8.GetBytes(old) });
        foreach (var secret in new[] { TokenIssuer.Secret, old })
        {
            Assert.Equal("trader-7", (await both.CheckAsync(TokenIssuer.Hs256(Claims(), secret))).Identity?.Subject);
            Assert.Equal("trader-7", (await both.CheckAsync(TokenIssuer.Hs256(Claims(), secret, TokenIssuer.Header("HS256", "a key id")))).Identity?.Subject);
        }
        Assert.Equal(TokenRefusal.Signature, (await both.CheckAsync(TokenIssuer.Hs256(Claims(), "another secret of thirty-two bytes"))).Refusal);
        Assert.Equal(TokenRefusal.Signature, (await Hs().CheckAsync(TokenIssuer.Hs256(Claims(), old))).Refusal);
    }

    [Fact]
    public async Task An_audience_may_be_one_of_several() =>
        Assert.Null((await Hs().CheckAsync(TokenIssuer.Hs256(With("aud", new JsonArray("other", "deltastream"))))).Refusal);

    [Fact]
    public async Task Random_bytes_as_a_token_are_refused_without_an_exception()
    {
        var random = new Random(20_261_125);
        var good = new[] { TokenIssuer.Hs256(Claims()), _issuer.Rs256(Claims()), _issuer.Es256(Claims()) };
        var (hs, jwks) = (Hs(), Jwks());
        string[] headers = ["{}", "[]", "7", "null", "{\"alg\":7}", "{\"alg\":null}", "{\"alg\":[]}", "{\"alg\":\"HS256\",\"kid\":7}", "{\"alg\":\"HS256\",\"typ\":{}}", "{\"alg\":\"RS256\",\"kid\":{\"a\":1}}", "{\"alg\":\"HS256\"", "\"alg\"", "{\"alg\":\"\\ud800\"}"];
        foreach (var header in headers)
        {
            var token = $"{TokenIssuer.Encode(Encoding.UTF8.GetBytes(header))}.{TokenIssuer.Encode(Claims())}.AAAA";
            Assert.NotNull((await hs.CheckAsync(token)).Refusal);
            Assert.NotNull((await jwks.CheckAsync(token)).Refusal);
        }

        for (var i = 0; i < 3_000; i++)
        {
            var text = good[i % good.Length].ToCharArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--) text[random.Next(text.Length)] = (char)random.Next(i % 2 == 0 ? 128 : 0x3000);
            var token = new string(text);
            if (good.Contains(token)) continue;
            // The last bits of a base64url text may mean nothing: then the token is the same one, and good.
            if ((await hs.CheckAsync(token)).Identity is not null) Assert.Equal(good[0][..good[0].LastIndexOf('.')], token[..token.LastIndexOf('.')]);
            if ((await jwks.CheckAsync(token)).Identity is not null) Assert.Contains(token[..token.LastIndexOf('.')], good.Select(it => it[..it.LastIndexOf('.')]));
        }
    }

    private JwtValidator Hs(AuthSettings? settings = null) => new(settings ?? Settings, null, _time);

    private JwtValidator Jwks() => new(
        Settings with { Secret = null },
        new JwksKeys(Settings, _ => Task.FromResult(_issuer.Jwks()), _time, NullLogger.Instance),
        _time);

    private JsonObject Claims(string? rooms = null)
    {
        var claims = TokenIssuer.Claims(_time.GetUtcNow(), rooms: rooms);
        claims["iss"] = "https://issuer.example";
        claims["aud"] = "deltastream";
        return claims;
    }

    private JsonObject With(string claim, JsonNode? value)
    {
        var claims = Claims();
        if (value is null) claims.Remove(claim);
        else claims[claim] = value;
        return claims;
    }

    private static JsonObject WithHeader(string name, JsonNode value)
    {
        var header = TokenIssuer.Header("RS256", "x");
        header[name] = value;
        return header;
    }

    private static string Swap(string token, JsonObject claims)
    {
        var parts = token.Split('.');
        return $"{parts[0]}.{TokenIssuer.Encode(claims)}.{parts[2]}";
    }
}
