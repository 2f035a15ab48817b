using System.Text;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Tests.Clients;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Actors.Tests.Takeover;

public class IntakeLedgerSpecs
{
    private const long Old = 1;
    private const long New = 2;

    private const long Received = 60_000_000;
    private const long Published = 60_000_000;

    private readonly DateTimeOffset _start = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time;
    private readonly MemoryLogs _logs = new();
    private readonly IntakeLedger _ledger;

    public IntakeLedgerSpecs()
    {
        _time = new FakeTimeProvider(_start);
        _ledger = new(TimeSpan.FromMilliseconds(500), maxKeys: 1_000, new WithheldMessages(_time, _logs));
    }

    [Fact]
    public void A_successor_sends_the_updates_after_the_last_published_value()
    {
        var (first, second) = (Receive(1), Receive(2));
        Hear(first, sequence: 1);
        _ledger.SignOfLife(At(9_000));
        _ledger.TakeOver(At(10_000));
        Assert.Equal(PublishDecision.Skip, Decide(first, At(10_000)));
        Assert.Equal(PublishDecision.Send, Decide(second, At(10_000)));
    }

    [Fact]
    public void The_newest_messages_of_all_keys_are_bounded_by_bytes()
    {
        var size = Message(1).Payload.Length;
        var ledger = new IntakeLedger(TimeSpan.FromMilliseconds(500), maxKeys: 1_000, maxBytes: 2 * size);
        Assert.NotNull(Receive("A"));
        Assert.NotNull(Receive("B"));
        Assert.Null(Receive("C"));
        // The next message of a key takes the place of the last one, and a forgotten key makes room.
        Assert.NotNull(Receive("A"));
        Assert.Equal(2, ledger.Newest.Count);
        ledger.Forget(TimeSpan.FromDays(30));
        Assert.NotNull(Receive("C"));

        Intake? Receive(string product) => ledger.Received(Message(1, product), receivedAt: 60_000_000, At(0));
    }

    [Fact]
    public void A_key_without_a_published_value_is_sent()
    {
        var first = Receive(1);
        _ledger.TakeOver(At(0));
        Assert.Equal(PublishDecision.Send, Decide(first, At(0)));
    }

    [Fact]
    public void A_key_whose_last_published_value_has_not_arrived_is_held_back_until_it_has()
    {
        var lagging = Receive(1);
        Hear(Message(3), sequence: 9);
        _ledger.TakeOver(At(1_000));
        Assert.Equal(PublishDecision.Hold, Decide(lagging, At(1_000)));
        Assert.Equal(PublishDecision.Hold, Decide(Receive(2), At(1_400)));
        var published = Receive(3);
        var next = Receive(4);
        Assert.NotEqual(PublishDecision.Hold, Decide(published, At(1_450)));
        Assert.Equal(PublishDecision.Send, Decide(next, At(1_450)));
    }

    [Fact]
    public void An_older_value_from_the_half_second_of_a_takeover_is_not_sent_and_a_later_one_is_newer()
    {
        var before = Receive(1);
        Hear(Message(3), sequence: 9);
        _ledger.TakeOver(At(1_000));
        var during = Receive(2, at: At(1_499));
        Assert.Equal(PublishDecision.Skip, Decide(before, At(1_500)));
        Assert.Equal(PublishDecision.Skip, Decide(during, At(1_500)));
        Assert.Equal(PublishDecision.Send, Decide(Receive(1, at: At(1_500)), At(1_500)));
        Assert.Equal(["NIFTY takeover 0"], WithheldLines());
    }

    [Theory]
    [InlineData(Published - 2_000_000, PublishDecision.Hold, PublishDecision.Skip)]
    [InlineData(Published + 50_000, PublishDecision.Hold, PublishDecision.Send)]
    [InlineData(Published + 150_000, PublishDecision.Send, PublishDecision.Send)]
    public void A_bridge_that_subscribed_after_the_last_publication_receives_only_newer_values(long subscribed, object atOnce, object later)
    {
        _ledger.Subscribed(new SubscribedAt(subscribed, subscribed));
        Hear(Message(3), sequence: 9);
        _ledger.TakeOver(At(0));
        Assert.Equal(atOnce, Decide(Receive(1, receivedAt: subscribed + 10_000), At(0)));
        Assert.Equal(later, Decide(Receive(2, receivedAt: subscribed + 900_000, at: At(900)), At(900)));
    }

    [Fact]
    public void A_value_from_the_former_subscription_is_held_back()
    {
        _ledger.Subscribed(new SubscribedAt(Published + 1_000_000, Published + 1_000_000));
        var former = Receive(1, receivedAt: Published - 1_000_000);
        Hear(Message(3), sequence: 9);
        _ledger.TakeOver(At(0));
        Assert.Equal(PublishDecision.Hold, Decide(former, At(0)));
        Assert.Equal(PublishDecision.Skip, Decide(former, At(500)));
    }

    [Fact]
    public void Older_values_of_a_lagging_subscription_are_not_sent_for_at_most_five_seconds()
    {
        _ledger.Subscribed(new SubscribedAt(Published - 9_000_000, Published - 9_000_000));
        Hear(Message(3), sequence: 9, at: At(0));
        _ledger.TakeOver(At(1_000));
        Assert.Equal(PublishDecision.Skip, Decide(Receive(2, at: At(4_999)), At(4_999)));
        Assert.Equal(["NIFTY lag 0"], WithheldLines());
        Assert.Equal(PublishDecision.Send, Decide(Receive(2, at: At(5_001)), At(5_001)));
        Receive(3, at: At(5_002));
        Assert.Equal(PublishDecision.Send, Decide(Receive(1, at: At(5_003)), At(5_003)));
    }

    [Fact]
    public void After_a_restart_the_values_of_a_producer_whose_clock_went_back_are_sent_at_once()
    {
        _ledger.Subscribed(new SubscribedAt(Published + 700_000, Published + 800_000));
        _ledger.Stored(Value(Message(60), sequence: 9), At(0));
        Assert.NotNull(_ledger.Restored(Message(60), Position.None, Published, At(0)));
        _ledger.TakeOver(At(0));
        for (var number = 1; number <= 60; number++)
        {
            var intake = Receive(number, receivedAt: Published + 900_000 + number, at: At(number));
            Assert.Equal(PublishDecision.Send, Decide(intake, At(number)));
            _ledger.Published(intake, new Position(New, number), At(number));
        }

        Assert.Empty(WithheldLines());
    }

    [Fact]
    public void Updates_published_just_before_the_silence_are_sent_again_for_nodes_that_missed_them()
    {
        var (early, late) = (Receive(1, "A"), Receive(1, "B"));
        Hear(early, sequence: 1, at: At(1_000));
        Hear(late, sequence: 2, at: At(2_000));
        _ledger.SignOfLife(At(2_000));
        _ledger.TakeOver(At(3_200));
        Assert.Equal(PublishDecision.Skip, Decide(early, At(3_200)));
        Assert.Equal(PublishDecision.Send, Decide(late, At(3_200)));
    }

    [Fact]
    public void A_bridge_does_not_repeat_the_updates_of_its_own_term()
    {
        var first = Receive(1);
        _ledger.SignOfLife(At(0));
        _ledger.TakeOver(At(0));
        _ledger.Published(first, new Position(New, 1), At(0));
        Assert.Equal(PublishDecision.Skip, Decide(first, At(0)));
    }

    [Fact]
    public void A_late_update_of_the_predecessor_does_not_replace_the_last_published_value()
    {
        var (first, second) = (Receive(1), Receive(2));
        _ledger.TakeOver(At(0));
        _ledger.Published(second, new Position(New, 1), At(0));
        Hear(first, sequence: 99, at: At(1));
        Assert.Equal(PublishDecision.Skip, Decide(second, At(1)));
    }

    [Fact]
    public void A_standby_far_ahead_decides_by_time()
    {
        var published = Receive(1);
        Intake last = published;
        for (var i = 2; i < 200; i++) last = Receive(i);
        Hear(published, sequence: 1);
        _ledger.TakeOver(At(0));
        Assert.Equal(PublishDecision.Hold, Decide(last, At(0)));
        Assert.Equal(PublishDecision.Send, Decide(last, At(500)));
    }

    [Fact]
    public void A_stored_value_enters_only_if_it_is_newer_than_the_received_one()
    {
        Receive(2);
        Assert.Null(_ledger.Restored(Message(3), Position.None, Received - 1, At(0)));
        Assert.Null(_ledger.Restored(Message(2), Position.None, Received + 1, At(0)));
        Assert.NotNull(_ledger.Restored(Message(1), Position.None, Received + 1, At(0)));
    }

    [Fact]
    public void A_stored_value_that_a_later_publication_has_superseded_is_not_published_again_although_the_clock_of_Redis_went_back()
    {
        var (superseded, newest) = (Receive(1), Receive(2));
        Hear(superseded, sequence: 1);
        _ledger.TakeOver(At(1_000));
        _ledger.Published(newest, new Position(New, 1), At(1_000));
        Assert.Null(_ledger.Restored(superseded.Message, new Position(Old, 1), Received + 2_800_000, At(1_001)));
    }

    [Fact]
    public void A_feed_that_lags_behind_a_stored_value_publishes_no_older_value_and_not_that_value_again()
    {
        Receive(1);
        Assert.NotNull(_ledger.Restored(Message(3), Position.None, Received + 1, At(0)));
        Assert.Null(_ledger.Received(Message(2), 0, At(1)));
        Assert.Equal(["NIFTY reconnect 0"], WithheldLines());
        Assert.Null(_ledger.Received(Message(3), 0, At(2)));
        Assert.NotNull(_ledger.Received(Message(2), 0, At(3)));
    }

    [Fact]
    public void A_stored_value_from_the_future_silences_its_key_for_half_a_second()
    {
        Assert.NotNull(_ledger.Restored(Message(1_000_000), Position.None, 0, At(0)));
        Assert.Null(_ledger.Received(Message(1), 0, At(499)));
        Assert.NotNull(_ledger.Received(Message(1), 0, At(500)));
    }

    [Fact]
    public void A_stored_value_keeps_older_values_of_a_lagging_subscription_back_for_at_most_five_seconds()
    {
        _ledger.Subscribed(new SubscribedAt(Received - 9_000_000, Received - 9_000_000));
        Assert.NotNull(_ledger.Restored(Message(3), Position.None, Received, At(0)));
        Assert.Null(_ledger.Received(Message(1), Received, At(4_999)));
        Assert.Equal(["NIFTY lag 0"], WithheldLines());
        Assert.NotNull(_ledger.Received(Message(1), Received, At(5_000)));
    }

    [Fact]
    public void A_stored_value_from_before_the_subscription_silences_nothing()
    {
        _ledger.Subscribed(new SubscribedAt(Received, Received));
        Assert.NotNull(_ledger.Restored(Message(1_000_000), Position.None, Received - 200_000, At(0)));
        Assert.NotNull(_ledger.Received(Message(1), Received + 1, At(0)));
        Assert.Empty(WithheldLines());
    }

    [Fact]
    public void What_is_withheld_is_logged_once_in_ten_seconds_for_each_reason()
    {
        foreach (var seconds in new[] { 0, 1, 9, 10 })
        {
            _time.SetUtcNow(_start.AddSeconds(seconds));
            _ledger.Expired(Receive(seconds));
        }

        Assert.Equal(["NIFTY expired 0", "NIFTY expired 2"], WithheldLines());
    }

    [Fact]
    public void A_stored_value_that_had_been_published_is_not_published_again()
    {
        _ledger.SignOfLife(At(0));
        var message = Message(1);
        _ledger.Stored(Value(message, 5), At(0));
        var restored = Assert.IsType<Intake>(_ledger.Restored(message, Position.None, 0, At(0)));
        _ledger.TakeOver(At(0));
        Assert.Equal(PublishDecision.Skip, Decide(restored, At(0)));
    }

    [Fact]
    public void A_value_that_the_store_has_lost_keeps_its_position_while_it_is_live()
    {
        var (lost, stillThere, tooOld, unpublished) = (Receive(1, "LOST"), Receive(1, "THERE"), Receive(1, "OLD", receivedAt: 0), Receive(1, "NEW"));
        foreach (var (intake, sequence) in new[] { (lost, 1), (stillThere, 2), (tooOld, 3) }) Hear(intake, sequence);
        var asked = new[] { lost, stillThere, tooOld, unpublished }.Select(intake => intake.Message.Key).ToHashSet();

        var missing = _ledger.MissingFrom(asked, [stillThere.ToUpdate(new Position(Old, 2))], unixNow: 70_000_000);

        var update = Assert.Single(missing);
        Assert.Equal((lost.Message.Key, new Position(Old, 1), lost.ReceivedAt), (update.Key, update.Position, update.ReceivedAt));
    }

    [Fact]
    public void Keys_without_updates_are_forgotten_and_their_number_is_bounded()
    {
        var ledger = new IntakeLedger(TimeSpan.FromMilliseconds(500), maxKeys: 2);
        Assert.NotNull(ledger.Received(Message(1, "A"), 0, At(0)));
        Assert.NotNull(ledger.Received(Message(1, "B"), 0, At(100_000)));
        Assert.Null(ledger.Received(Message(1, "C"), 0, At(100_000)));
        ledger.Forget(At(121_000));
        Assert.Equal([ConflationKey.Underlying("B")], ledger.Keys);
        Assert.NotNull(ledger.Received(Message(1, "C"), 0, At(121_000)));
    }

    [Theory]
    [InlineData("enriched:underlying", """{"product":"NIFTY","price":1,"timestamp":"2026-11-24T10:00:00.5","more":{"timestamp":"2000-01-01T00:00:00"}}""")]
    [InlineData("enriched:option_chain", """{"product":"NIFTY","expiry":"2026-11-26","spot_price":1,"pcr_oi":1,"max_pain_strike":1,"calls":[],"puts":[],"timestamp":"2026-11-24T10:00:00+05:30"}""")]
    [InlineData("enriched:market_status", """{"market":"NSE","status":"open"}""")]
    public void An_update_in_general_holds_everything_that_a_standby_needs(string channel, string json)
    {
        Assert.True(EnrichedMessage.TryRead(MessageKind.OnChannel(channel)!, Encoding.UTF8.GetBytes(json), 0, 1_000, out var message, out _));
        var (intake, position) = (new Intake(1, message!, 0), new Position(Old, 7));
        var update = message!.Key.Kind.Summary is { } summary ? intake.ToSummary(summary, position) : intake.ToUpdate(position);
        Assert.Equal(new PublishedValue(message.Key, position, message.Hash, message.Timestamp, 0), PublishedValue.Of(update));
    }

    private static TimeSpan At(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static EnrichedMessage Message(int number, string product = "NIFTY")
    {
        var time = DateTime.UnixEpoch.AddSeconds(number).ToString("yyyy-MM-ddTHH:mm:ss");
        var json = $$"""{"product":"{{product}}","price":{{number}},"timestamp":"{{time}}"}""";
        Assert.True(EnrichedMessage.TryRead(MessageKind.Underlying, Encoding.UTF8.GetBytes(json), 0, 1_000, out var message, out _));
        return message!;
    }

    private static PublishedValue Value(EnrichedMessage message, long sequence) => new(message.Key, new Position(Old, sequence), message.Hash, message.Timestamp, Published);

    private Intake Receive(int number, string product = "NIFTY", long receivedAt = Received, TimeSpan at = default) =>
        _ledger.Received(Message(number, product), receivedAt, at)!;

    private void Hear(Intake intake, long sequence, TimeSpan at = default) => Hear(intake.Message, sequence, at);

    private void Hear(EnrichedMessage message, long sequence, TimeSpan at = default) => _ledger.Heard(Value(message, sequence), at);

    private string[] WithheldLines() => [.. _logs.Of("message_withheld").Select(fields => $"{fields["symbol"]} {fields["reason"]} {fields["suppressed"]}")];

    private PublishDecision Decide(Intake intake, TimeSpan now) => _ledger.Decide(intake, New, now);
}
