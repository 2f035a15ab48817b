using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DeltaStream.Node.Authentication;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Authentication;

/// <summary>When the keys are read, and which of them count.</summary>
public sealed class JwksKeysSpecs : IDisposable
{
    private static readonly AuthSettings Settings = new() { NeedsToken = true };

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly TokenIssuer _issuer = new();
    private readonly JwksKeys _keys;
    private string? _document;
    private Exception _failure = new HttpRequestException("nobody answers");
    private TaskCompletionSource? _answer;
    private int _reads;

    public JwksKeysSpecs()
    {
        _document = _issuer.Jwks();
        _keys = new JwksKeys(Settings, Read, _time, NullLogger.Instance);
    }

    public void Dispose() => _issuer.Dispose();

    [Fact]
    public async Task Keys_are_read_once_for_many_tokens()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _keys.FindAsync("rsa-1").AsTask()));
        Assert.Single((await _keys.FindAsync("rsa-1"))!);
        Assert.Equal(2, (await _keys.FindAsync(null))!.Count);
        Assert.Equal(1, _reads);
    }

    [Fact]
    public async Task After_any_failure_the_keys_are_read_again_later()
    {
        (var document, _document) = (_document, null);

        // What HttpClient throws of a character set that it does not know.
        _failure = new InvalidOperationException("The character set provided in ContentType is invalid.");
        Assert.Null(await _keys.FindAsync("rsa-1"));
        _document = document;
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Single((await _keys.FindAsync("rsa-1"))!);
    }

    [Fact]
    public async Task Old_keys_are_used_while_the_keys_are_read_again()
    {
        await _keys.FindAsync("rsa-1");
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Single((await _keys.FindAsync("rsa-1"))!);
        await Eventually.True(() => _reads == 2, "read again");
    }

    [Fact]
    public async Task A_new_key_is_found_at_once_but_unknown_keys_do_not_cause_a_read_each_time()
    {
        await _keys.FindAsync("rsa-1");
        _time.Advance(TimeSpan.FromSeconds(10));
        _document = _issuer.Jwks(rsaKid: "rsa-2");
        Assert.Equal("rsa-2", (await _keys.FindAsync("rsa-2"))!.Single().KeyId);
        Assert.Empty((await _keys.FindAsync("rsa-1"))!);
        for (var i = 0; i < 100; i++) Assert.Empty((await _keys.FindAsync($"guess-{i}"))!);
        Assert.Equal(2, _reads);
    }

    [Fact]
    public async Task A_token_with_an_unknown_key_that_waits_for_a_slow_source_delays_no_valid_token()
    {
        await _keys.FindAsync("rsa-1");
        _time.Advance(TimeSpan.FromSeconds(10));
        _answer = new TaskCompletionSource();
        var stranger = _keys.FindAsync("guess").AsTask();
        for (var i = 0; i < 100; i++) Assert.Single((await _keys.FindAsync("rsa-1"))!);
        Assert.False(stranger.IsCompleted);
        _answer.SetResult();
        Assert.Empty((await stranger)!);
        Assert.Equal(2, _reads);
    }

    [Fact]
    public async Task Keys_that_could_never_be_read_are_absent_and_the_read_is_retried_later()
    {
        (var document, _document) = (_document, null);
        Assert.Null(await _keys.FindAsync("rsa-1"));
        Assert.Null(await _keys.FindAsync("rsa-1"));
        Assert.Equal(1, _reads);
        _document = document;
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Single((await _keys.FindAsync("rsa-1"))!);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no JSON")]
    [InlineData("""{"keys":[]}""")]
    public async Task While_keys_cannot_be_read_the_last_keys_are_used(string? answer)
    {
        await _keys.FindAsync("rsa-1");
        _document = answer;
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Single((await _keys.FindAsync("rsa-1"))!);
        await Eventually.True(() => _reads == 2, "tried");
        Assert.Single((await _keys.FindAsync("rsa-1"))!);
    }

    [Fact]
    public void Only_keys_for_RS256_and_ES256_signatures_count()
    {
        using var small = RSA.Create(1024);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        JsonObject With(JsonObject key, string name, string? value)
        {
            key[name] = value;
            return key;
        }

        var keys = new JsonArray(
            With(_issuer.RsaKey("good"), "alg", "RS256"),
            With(_issuer.EcKey("good too"), "alg", "ES256"),
            With(_issuer.RsaKey("for encryption"), "use", "enc"),
            With(_issuer.RsaKey("for RS512"), "alg", "RS512"),
            With(_issuer.RsaKey("symmetric"), "kty", "oct"),
            With(_issuer.RsaKey("small"), "n", TokenIssuer.Encode(small.ExportParameters(false).Modulus!)),
            With(_issuer.RsaKey("broken"), "n", "?"),
            With(_issuer.EcKey("another curve"), "crv", "P-384"),
            With(_issuer.EcKey("no point of the curve"), "x", TokenIssuer.Encode(new byte[32])));
        Assert.Equal(["good", "good too"], JwksKeys.Parse(new JsonObject { ["keys"] = keys }.ToJsonString()).Select(key => key.KeyId));
    }

    private async Task<string> Read(CancellationToken cancelled)
    {
        Interlocked.Increment(ref _reads);
        if (_answer is not null) await _answer.Task;
        return _document ?? throw _failure;
    }
}
