#pragma warning disable CS0618 // The other constructors ask for the command, which does not matter here.
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Redis;
using StackExchange.Redis;

namespace DeltaStream.Node.Tests.Redis;

/// <summary>Which cause an answer of Redis has; the texts are those of Redis 6 and 7.</summary>
public sealed class RedisRefusalSpecs
{
    [Theory]
    [InlineData("MISCONF", "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.")]
    [InlineData("MISCONF", "ERR Error running script (call to f_1): @user_script:4: @user_script: 4: -MISCONF Redis is configured to save RDB snapshots")]
    [InlineData("NOREPLICAS", "NOREPLICAS Not enough good replicas to write. script: 62e6, on @user_script:1.")]
    [InlineData("OOM", "OOM command not allowed when used memory > 'maxmemory'. script: 62e6, on @user_script:1.")]
    [InlineData("OOM", "-OOM command not allowed when used memory > 'maxmemory'.")]
    [InlineData("READONLY", "READONLY You can't write against a read only replica.")]
    [InlineData("READONLY", "ERR Error running script: @user_script: 1: -READONLY You can't write against a read only replica.")]
    [InlineData("NOPERM", "NOPERM this user has no permissions to run the 'set' command")]
    [InlineData("NOPERM", "ERR The user executing the script can't run this command or subcommand script: 62e6, on @user_script:1.")]
    [InlineData("CROSSSLOT", "CROSSSLOT Keys in request don't hash to the same slot")]
    [InlineData("MOVED", "MOVED 3999 127.0.0.1:6381")]
    [InlineData("LOADING", "LOADING Redis is loading the dataset in memory")]
    [InlineData("MASTERDOWN", "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.")]
    [InlineData("CLUSTERDOWN", "CLUSTERDOWN Hash slot not served")]
    [InlineData("BUSY", "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.")]
    [InlineData("MAXCLIENTS", "ERR max number of clients reached")]
    [InlineData("WRONGTYPE", "WRONGTYPE Operation against a key holding the wrong kind of value script: 30af, on @user_script:1.")]
    [InlineData("GARBAGE", "GARBAGE deltastream:bridge:lease has no expiry")]
    [InlineData("NOAUTH", "NOAUTH Authentication required.")]
    [InlineData("TIMEOUT", "ERR Lua script execution timed out")]
    [InlineData("other", "ERR user_script:1: bad argument #1 to 'max' (number expected, got nil) script: f4f4, on @user_script:1.")]
    [InlineData("other", "ERR the price of OOM is MISCONF")]
    [InlineData("other", "")]
    public void An_error_reply_has_the_cause_of_its_error_code(string word, string text)
    {
        var refusal = RedisRefusal.Of(text);
        Assert.Equal(word, refusal.Cause.Word);
        Assert.Equal(text.TrimStart('-'), refusal.Text);
        Assert.Equal(refusal, RedisRefusal.In(new RedisServerException(text)));
        Assert.Equal(refusal, RedisRefusal.In(new RedisConnectionException(ConnectionFailureType.ProtocolFailure, "closed", new RedisServerException("SimpleError: " + text))));
    }

    [Fact]
    public void A_refusal_that_the_client_library_reports_itself_counts_too()
    {
        Assert.Same(RefusalCause.ReadOnly, Cause(new RedisConnectionException(ConnectionFailureType.UnableToResolvePhysicalConnection, "No connection (requires writable - not eligible for replica) is active/available to service this operation: SET")));
        Assert.Same(RefusalCause.Loading, Cause(new RedisConnectionException(ConnectionFailureType.Loading, "loading")));
        Assert.Same(RefusalCause.Timeout, Cause(new TimeoutException()));
    }

    [Fact]
    public void A_lost_connection_is_not_a_refusal() =>
        Assert.Null(RedisRefusal.In(new RedisConnectionException(ConnectionFailureType.SocketClosed, "SocketClosed", new IOException("reset"))));

    [Fact]
    public void An_error_text_of_Redis_is_cut_to_one_line_of_300_characters()
    {
        Assert.Equal("ERR a b c", RedisRefusal.Of("ERR a\r\nb\tc").Text.Replace("  ", " "));
        Assert.Equal(300, RedisRefusal.Of(new string('x', 1_000)).Text.Length);
    }

    [Theory]
    [InlineData("MISCONF", true, "redis_refuses")]
    [InlineData("NOREPLICAS", true, "redis_refuses")]
    [InlineData("OOM", true, "redis_refuses")]
    [InlineData("READONLY", false, "redis_read_only")]
    [InlineData("NOPERM", false, "redis_no_permission")]
    [InlineData("BUSY", false, "redis_refuses")]
    public void Three_error_codes_of_Redis_stop_writes_only(string word, bool stopsWritesOnly, string problem)
    {
        var cause = RedisRefusal.Of(word + " text").Cause;
        Assert.Equal((stopsWritesOnly, problem), (cause.StopsWritesOnly, cause.Problem.Name));
        Assert.Equal(3, RefusalCause.All.Count(it => it.StopsWritesOnly));
        Assert.All(RefusalCause.All, it => Assert.Contains(it.Problem, Problem.All));
    }

    private static RefusalCause? Cause(Exception failure) => RedisRefusal.In(failure)?.Cause;
}
