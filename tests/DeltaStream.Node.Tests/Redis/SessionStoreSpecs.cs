using DeltaStream.Actors.Sessions;
using DeltaStream.Node.Redis;

namespace DeltaStream.Node.Tests.Redis;

public sealed class SessionStoreOnRedisServerSpecs(RedisServerBackend backend) : SessionStoreSpecs<RedisServerBackend>(backend);

public sealed class SessionStoreOnEmbeddedServerSpecs(EmbeddedBackend backend) : SessionStoreSpecs<EmbeddedBackend>(backend);

/// <summary>Each branch of the sessions' scripts, on each server they must run on.</summary>
public abstract class SessionStoreSpecs<TBackend>(TBackend backend) : IClassFixture<TBackend>, IAsyncLifetime
    where TBackend : RedisBackend
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(2);

    private readonly RedisConnection _connection = backend.Connect();

    private RedisSessionStore Store => new(_connection);

    public async Task InitializeAsync() => await backend.ExecuteAsync("FLUSHALL");

    public async Task DisposeAsync() => await _connection.DisposeAsync();

    [Fact]
    public async Task A_written_session_can_be_claimed_and_lives_for_its_time()
    {
        Assert.Equal([SessionWriteResult.Done, SessionWriteResult.Done], await WriteAsync(("k1", "1.1", SessionState.Open, "a\tgeneral"), ("k2", "1.2", SessionState.Lost, "b")));
        Assert.InRange(long.Parse(await backend.ExecuteAsync("PTTL", "deltastream:session:k1")), 100_000, 120_000);
        Assert.Equal(new SessionClaim("a\tgeneral", null), await ClaimAsync("k1", "2.1"));
        Assert.Equal(new SessionClaim("b", null), await ClaimAsync("k2", "2.2"));
        Assert.Equal(default, await ClaimAsync("k3", "2.3"));
    }

    [Fact]
    public async Task Of_many_claims_at_once_one_is_granted()
    {
        await WriteAsync(("k", "1.1", SessionState.Lost, "a"));
        var claims = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => ClaimAsync("k", $"2.{i}")));
        var granted = Assert.Single(claims, claim => claim.Text == "a");
        Assert.Null(granted.Holder);
        Assert.All(claims.Where(claim => claim.Text is null), claim => Assert.StartsWith("2.", claim.Holder, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_claimed_session_is_claimed_again_only_if_it_is_lost_or_its_holder_is_gone()
    {
        await WriteAsync(("k", "1.1", SessionState.Open, "a"));
        await ClaimAsync("k", "2.1");
        Assert.Equal(new SessionClaim(null, "2.1"), await ClaimAsync("k", "3.1"));
        Assert.Equal(new SessionClaim(null, "2.1"), await ClaimAsync("k", "3.1", gone: "9.9"));
        Assert.Equal(new SessionClaim("a", null), await ClaimAsync("k", "3.1", gone: "2.1"));
        await WriteAsync(("k", "3.1", SessionState.Lost, "b"));
        Assert.Equal(new SessionClaim("b", null), await ClaimAsync("k", "4.1"));
    }

    [Fact]
    public async Task No_holder_writes_prolongs_or_deletes_a_session_that_another_holder_has_claimed()
    {
        await WriteAsync(("k", "1.1", SessionState.Open, "a"));
        await ClaimAsync("k", "2.1");
        foreach (var (state, text) in new[] { (SessionState.Open, "b"), (SessionState.Lost, "b"), (SessionState.Open, null), (SessionState.Left, (string?)null) })
            Assert.Equal([SessionWriteResult.Taken], await WriteAsync(("k", "1.1", state, text)));
        Assert.Equal("2.1:c:a", await backend.ExecuteAsync("GET", "deltastream:session:k"));
    }

    [Fact]
    public async Task A_sign_of_life_prolongs_a_session_and_reports_a_missing_one()
    {
        await WriteAsync(("k", "1.1", SessionState.Open, "a"));
        await backend.ExecuteAsync("PEXPIRE", "deltastream:session:k", "5000");
        Assert.Equal([SessionWriteResult.Done, SessionWriteResult.Missing], await WriteAsync(("k", "1.1", SessionState.Open, null), ("n", "1.2", SessionState.Open, null)));
        Assert.InRange(long.Parse(await backend.ExecuteAsync("PTTL", "deltastream:session:k")), 100_000, 120_000);
        Assert.Equal("1.1:o:a", await backend.ExecuteAsync("GET", "deltastream:session:k"));
    }

    [Fact]
    public async Task The_session_of_a_client_that_disconnected_is_deleted()
    {
        await WriteAsync(("k", "1.1", SessionState.Open, "a"));
        await WriteAsync(("k", "1.1", SessionState.Left, null));
        Assert.Equal("0", await backend.ExecuteAsync("EXISTS", "deltastream:session:k"));
    }

    private async Task<IReadOnlyList<SessionWriteResult>> WriteAsync(params (string Key, string Holder, SessionState State, string? Text)[] writes) =>
        await Store.WriteAsync([.. writes.Select(it => new SessionWrite(it.Key, it.Holder, it.State, it.Text))], Life, default);

    private async Task<SessionClaim> ClaimAsync(string key, string holder, string? gone = null) => await Store.ClaimAsync(key, holder, gone, Life, default);
}
