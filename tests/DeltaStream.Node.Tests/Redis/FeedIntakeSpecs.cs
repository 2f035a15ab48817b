using System.Text;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Node.Redis;

namespace DeltaStream.Node.Tests.Redis;

/// <summary>What waits for a bridge that gets no time is bounded, and the last word of each key is not lost.</summary>
public sealed class FeedIntakeSpecs
{
    private int _overflows;

    [Fact]
    public void What_fits_comes_in_order_whatever_it_is()
    {
        var intake = Intake(capacity: 3);
        FeedMessage[] messages = [Price("A", 1), new("enriched:other", "?"u8.ToArray(), 2), Price("A", 3)];
        foreach (var message in messages) intake.Put(message);
        Assert.Equal(messages, ReadAll(intake));
        Assert.Equal(0, _overflows);
    }

    [Fact]
    public void Beyond_the_capacity_the_newest_of_each_key_waits_in_the_order_of_the_keys()
    {
        var intake = Intake(capacity: 2);
        for (var i = 1; i <= 1000; i++)
        {
            intake.Put(Price("A", i));
            intake.Put(Price("B", i));
        }

        Assert.Equal([Price("A", 1), Price("B", 1), Price("A", 1000), Price("B", 1000)], ReadAll(intake), Same);
        Assert.Equal(1, _overflows);
    }

    [Fact]
    public void A_key_never_goes_backwards_while_the_overflow_is_read()
    {
        var intake = Intake(capacity: 1);
        var seen = new List<long>();
        for (var i = 1; i <= 500; i++)
        {
            intake.Put(Price("A", i));
            if (i % 3 == 0 && intake.TryRead(out var message)) seen.Add(message.ReceivedAt);
        }

        seen.AddRange(ReadAll(intake).Select(message => message.ReceivedAt));
        Assert.Equal(seen.Order(), seen);
        Assert.Equal(500, seen[^1]);
    }

    [Fact]
    public void What_has_no_key_does_not_fill_it()
    {
        var intake = Intake(capacity: 1);
        intake.Put(Price("A", 1));
        for (var i = 0; i < 100; i++) intake.Put(new("enriched:underlying", "no JSON"u8.ToArray(), i));
        Assert.Single(ReadAll(intake));
    }

    [Fact]
    public async Task A_waiting_reader_is_woken_by_a_message_and_by_the_end()
    {
        var intake = Intake(capacity: 1);
        var waiting = intake.WaitToReadAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        intake.Put(Price("A", 1));
        Assert.True(await waiting);
        Assert.True(intake.TryRead(out _));

        waiting = intake.WaitToReadAsync().AsTask();
        intake.End(new FeedUnavailableException("lost"));
        Assert.Equal("lost", (await Assert.ThrowsAsync<FeedUnavailableException>(() => waiting)).Message);
        await Assert.ThrowsAsync<FeedUnavailableException>(() => intake.Completion);
    }

    [Fact]
    public async Task What_waits_at_the_end_is_still_read()
    {
        var intake = Intake(capacity: 1);
        intake.Put(Price("A", 1));
        intake.Put(Price("B", 2));
        intake.End(new FeedUnavailableException("lost"));
        intake.Put(Price("A", 3));
        Assert.False(intake.Completion.IsCompleted);
        Assert.True(await intake.WaitToReadAsync());
        Assert.Equal([Price("A", 1), Price("B", 2)], ReadAll(intake), Same);
        await Assert.ThrowsAsync<FeedUnavailableException>(() => intake.Completion);
    }

    private static bool Same(FeedMessage one, FeedMessage other) =>
        one.Channel == other.Channel && one.ReceivedAt == other.ReceivedAt && one.Payload.Span.SequenceEqual(other.Payload.Span);

    private static FeedMessage Price(string product, int number) => new(
        "enriched:underlying",
        Encoding.UTF8.GetBytes($$"""{"product":"{{product}}","price":{{number}},"timestamp":"2026-11-24T10:00:00"}"""),
        number);

    private static List<FeedMessage> ReadAll(FeedIntake intake)
    {
        var read = new List<FeedMessage>();
        while (intake.TryRead(out var message)) read.Add(message);
        return read;
    }

    private FeedIntake Intake(int capacity) => new(capacity, 1_000_000, () => _overflows++);
}
