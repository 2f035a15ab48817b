using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Market;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Actors.Tests.Clocks;

/// <summary>The clock of values' ages, in virtual time, with a Redis whose clock differs from the node's.</summary>
public sealed class RedisClockSpecs
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    private readonly OwnTime _own = new(Start);
    private readonly RedisClock _clock;

    /// <summary>How far Redis's clock is from the virtual time.</summary>
    private TimeSpan _redisAhead;

    public RedisClockSpecs() => _clock = new RedisClock(_own);

    [Fact]
    public void Before_Redis_has_told_its_time_the_clock_shows_the_nodes_and_no_difference()
    {
        _own.Advance(Seconds(5));
        Assert.Equal(Start + Seconds(5), _clock.GetUtcNow());
        Assert.False(_clock.IsSet);
        Assert.Equal(TimeSpan.Zero, _clock.OwnAhead);
    }

    [Theory]
    [InlineData(90)]
    [InlineData(-90)]
    [InlineData(86_400)]
    public void The_clock_shows_Redis_time_whatever_the_nodes_own_clock_shows(int ownAhead)
    {
        _own.StepWallClock(Seconds(ownAhead));
        var clock = new RedisClock(_own);
        Ask(clock, 0, 0);
        Assert.Equal(Start, clock.GetUtcNow());
        Assert.Equal(Seconds(ownAhead), clock.OwnAhead);
        _own.Advance(TimeSpan.FromHours(1));
        Assert.Equal(Start + TimeSpan.FromHours(1), clock.GetUtcNow());
    }

    [Fact]
    public void A_step_of_the_nodes_own_clock_changes_nothing_but_the_difference()
    {
        Ask(0, 0);
        _own.StepWallClock(Seconds(-3600));
        Assert.Equal(Start, _clock.GetUtcNow());
        Assert.Equal(Seconds(-3600), _clock.OwnAhead);
    }

    [Fact]
    public void The_shortest_round_trip_decides_and_an_old_one_counts_less_and_less()
    {
        // Each answer is told at the end of its round trip, so the middle is wrong by half of it.
        Ask(0, 1);
        Assert.Equal(-0.5, Wrong());
        Ask(0, 0.01);
        Assert.Equal(-0.005, Wrong());
        Ask(0, 1);
        Assert.Equal(-0.005, Wrong());
        // 1,000 s at a drift of 0.0002 make the exact one as uncertain as 0.2 s.
        _own.Advance(Seconds(1_000));
        Ask(0, 0.1);
        Assert.Equal(-0.05, Wrong());
    }

    [Fact]
    public void An_old_round_trip_is_forgotten()
    {
        Ask(0, 0.001);
        for (var i = 0; i < 8; i++) Ask(0, 0.1);
        Assert.Equal(-0.05, Wrong());
    }

    [Fact]
    public void The_error_is_half_the_round_trip_and_grows()
    {
        Ask(0, 0.5);
        Assert.Equal(0.25, _clock.Error.TotalSeconds, 3);
        _own.Advance(Seconds(1_000));
        Assert.Equal(0.45, _clock.Error.TotalSeconds, 2);
    }

    [Theory]
    [InlineData(90)]
    [InlineData(-90)]
    [InlineData(2)]
    [InlineData(-2)]
    public void After_a_change_of_Redis_the_clock_follows_the_new_one_at_once(int ahead)
    {
        Ask(0, 0);
        _redisAhead = Seconds(ahead);
        Ask(0, 0.5);
        Assert.InRange(Wrong(), -0.25, 0);
    }

    [Fact]
    public void A_small_correction_back_lets_the_clock_stand_still_until_it_is_right()
    {
        Ask(0, 0);
        _redisAhead = Seconds(-0.5);
        Ask(0, 0);
        Assert.Equal(Start, _clock.GetUtcNow());
        _own.Advance(Seconds(0.5));
        Assert.Equal(Start, _clock.GetUtcNow());
        _own.Advance(Seconds(0.5));
        Assert.Equal(Start + Seconds(0.5), _clock.GetUtcNow());
    }

    [Fact]
    public void While_Redis_is_away_the_offset_stays()
    {
        _redisAhead = Seconds(-90);
        Ask(0, 0);
        _own.Advance(TimeSpan.FromHours(10));
        Assert.Equal(0, Wrong());
        Assert.Equal(Seconds(90), _clock.OwnAhead);
    }

    [Fact]
    public void Timers_and_the_monotonic_clock_are_the_nodes()
    {
        _redisAhead = Seconds(90);
        var before = _clock.Elapsed();
        Ask(0, 0);
        Assert.Equal(before, _clock.Elapsed());
        var ticks = 0;
        using var timer = _clock.CreateTimer(_ => ticks++, null, Seconds(1), Timeout.InfiniteTimeSpan);
        _own.Advance(Seconds(1));
        Assert.Equal((1, before + Seconds(1)), (ticks, _clock.Elapsed()));
    }

    [Theory]
    [InlineData(2.0, 0, null)]
    [InlineData(2.1, 0, "this node's clock is 2.1 s ahead of Redis's")]
    [InlineData(-90, 0, "this node's clock is 90.0 s behind Redis's")]
    [InlineData(2.1, 0.2, null)]
    [InlineData(-2.3, 0.2, "this node's clock is 2.3 s behind Redis's")]
    public void A_difference_of_more_than_two_seconds_is_a_problem_if_it_is_certain(double ahead, double error, string? detail) =>
        Assert.Equal(detail, new ClockDifference().Judge(Seconds(ahead), Seconds(error)));

    [Fact]
    public void A_clock_at_the_limit_does_not_begin_and_end_the_problem_all_the_time()
    {
        var difference = new ClockDifference();
        Assert.NotNull(difference.Judge(Seconds(2.1), TimeSpan.Zero));
        Assert.NotNull(difference.Judge(Seconds(1.9), TimeSpan.Zero));
        Assert.Null(difference.Judge(Seconds(-1.4), TimeSpan.Zero));
        Assert.Null(difference.Judge(Seconds(1.9), TimeSpan.Zero));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>How far the clock is from Redis's true time, in seconds, when a standstill is over.</summary>
    private double Wrong()
    {
        _own.Advance(Seconds(2));
        return Math.Round((_clock.GetUtcNow() - (_own.Virtual + _redisAhead)).TotalSeconds, 3);
    }

    private void Ask(double there, double back) => Ask(_clock, there, back);

    /// <summary>A round trip: the question takes so long to reach Redis, and the answer so long to come back.</summary>
    private void Ask(RedisClock clock, double there, double back)
    {
        var asked = clock.Elapsed();
        _own.Advance(Seconds(there));
        var told = _own.Virtual + _redisAhead;
        _own.Advance(Seconds(back));
        clock.Told(asked, told, clock.Elapsed());
    }

    /// <summary>A node's clocks in virtual time: the wall clock can be set, the monotonic clock can't.</summary>
    private sealed class OwnTime(DateTimeOffset start) : TimeProvider
    {
        private readonly FakeTimeProvider _virtual = new(start);
        private TimeSpan _step;

        public DateTimeOffset Virtual => _virtual.GetUtcNow();

        public override long TimestampFrequency => _virtual.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => Virtual + _step;

        public override long GetTimestamp() => _virtual.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _virtual.CreateTimer(callback, state, dueTime, period);

        public void Advance(TimeSpan time) => _virtual.Advance(time);

        public void StepWallClock(TimeSpan by) => _step = by;
    }
}
