using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Redis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Redis;

/// <summary>Which success ends which refusal.</summary>
public sealed class RefusalWatchSpecs : IDisposable
{
    private const string Oom = "OOM command not allowed when used memory > 'maxmemory'.";

    private readonly FakeTimeProvider _time = new();
    private readonly NodeProblems _problems = new();
    private readonly GatewayMetrics _metrics = new();
    private readonly Lines _lines = new();
    private readonly RefusalWatch _watch;

    public RefusalWatchSpecs() => _watch = new RefusalWatch(_problems, _metrics, _time, _lines);

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public void A_cause_is_one_line_and_one_problem_however_many_commands_it_refuses()
    {
        Refuse("WriteAsync", Oom, 50);
        Refuse("AnnounceAsync", Oom, 50);
        Assert.Equal($"redis_refuses OOM {Oom} WriteAsync", Assert.Single(_lines.All));
        Assert.Equal([("redis_refuses", Oom)], Problems());
        Succeed("WriteAsync", RedisProof.Writes);
        Assert.Equal([("redis_refuses", Oom)], Problems());
        _time.Advance(TimeSpan.FromSeconds(2));
        Succeed("AnnounceAsync", RedisProof.Writes);
        Assert.Equal("redis_accepts OOM 2: what Redis refused with this word works again", _lines.All[1]);
        Assert.Empty(Problems());
    }

    [Theory]
    [InlineData(Oom, "PublishAsync", nameof(RedisProof.Itself), 3_600, false)]
    [InlineData(Oom, "RenewAsync", nameof(RedisProof.Reads), 3_600, false)]
    [InlineData(Oom, "AnnounceAsync", nameof(RedisProof.Writes), 4, false)]
    [InlineData(Oom, "AnnounceAsync", nameof(RedisProof.Writes), 5, true)]
    [InlineData(Oom, "WriteAsync", nameof(RedisProof.Reads), 0, true)]
    [InlineData("BUSY Redis is busy", "PublishAsync", nameof(RedisProof.Itself), 3_600, false)]
    [InlineData("BUSY Redis is busy", "RenewAsync", nameof(RedisProof.Reads), 5, true)]
    [InlineData("NOPERM no permissions", "AnnounceAsync", nameof(RedisProof.Writes), 59, false)]
    [InlineData("NOPERM no permissions", "AnnounceAsync", nameof(RedisProof.Writes), 60, true)]
    [InlineData("WRONGTYPE Operation", "WriteAsync", nameof(RedisProof.Writes), 4, false)]
    [InlineData("WRONGTYPE Operation", "WriteAsync", nameof(RedisProof.Writes), 5, true)]
    public void A_refused_write_is_over_after(string refusal, string succeeded, string proof, int seconds, bool isOver)
    {
        Refuse("WriteAsync", refusal);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        Succeed(succeeded, Enum.Parse<RedisProof>(proof));
        Assert.Equal(isOver, Problems().Length == 0);
    }

    [Fact]
    public void A_command_that_is_not_repeated_once_it_works_ends_its_refusal_with_the_next_success_of_another()
    {
        Refuse("TryAcquireAsync", "GARBAGE key");
        Succeed("TryAcquireAsync", RedisProof.Reads);
        Assert.Single(Problems());
        _time.Advance(TimeSpan.FromSeconds(5));
        Succeed("RenewAsync", RedisProof.Reads);
        Assert.Empty(Problems());
    }

    [Fact]
    public void A_key_that_is_refused_between_commands_on_other_keys_that_work_stays_a_problem()
    {
        for (var i = 0; i < 10; i++)
        {
            Refuse("WriteAsync", "WRONGTYPE Operation");
            _time.Advance(TimeSpan.FromSeconds(4));
            Succeed("WriteAsync", RedisProof.Writes);
            Assert.Single(Problems());
        }

        Assert.Single(_lines.All);
    }

    [Fact]
    public void Two_causes_are_told_apart_and_a_replica_and_a_missing_right_are_problems_of_their_own()
    {
        Refuse("WriteAsync", Oom);
        Refuse("AnnounceAsync", "WRONGTYPE Operation");
        Refuse("RenewAsync", "READONLY replica");
        Refuse("ReadAsync", "NOPERM no permissions");
        Assert.Equal([("redis_refuses", Oom + "; WRONGTYPE Operation"), ("redis_read_only", "READONLY replica"), ("redis_no_permission", "NOPERM no permissions")], Problems());
        Assert.Equal(["redis_refuses", "redis_refuses", "redis_read_only", "redis_no_permission"], _lines.All.Select(line => line.Split(' ')[0]));
        Succeed("WriteAsync", RedisProof.Writes);
        Assert.Equal(("redis_refuses", "WRONGTYPE Operation"), Problems()[0]);
    }

    [Fact]
    public void A_cause_that_comes_and_goes_is_shown_at_once_and_not_logged_without_end()
    {
        for (var i = 0; i < 100; i++)
        {
            Refuse("WriteAsync", Oom);
            Assert.Single(Problems());
            Succeed("WriteAsync", RedisProof.Writes);
            Assert.Empty(Problems());
            _time.Advance(TimeSpan.FromSeconds(0.2));
        }

        Assert.Equal(4, _lines.All.Count);
    }

    private void Refuse(string command, string text, int times = 1)
    {
        for (var i = 0; i < times; i++) _watch.Refused(command, RedisRefusal.Of(text));
    }

    private void Succeed(string command, RedisProof proof) => _watch.Succeeded(command, proof);

    private (string, string)[] Problems() => [.. _problems.Current.Select(problem => (problem.Key.Name, problem.Value))];

    private sealed class Lines : ILogger<RefusalWatch>
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception).Replace(": another Redis is the primary", "").Replace(": the Redis user lacks a right that docs/redis.md lists", ""));
    }
}
