using System.Text;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;

namespace DeltaStream.Actors.Tests.Takeover;

public class IntakeLedgerSpecs
{
    private const long Old = 1;
    private const long New = 2;

    private readonly IntakeLedger _ledger = new(TimeSpan.FromMilliseconds(500), maxKeys: 1_000);

    [Fact]
    public void A_successor_sends_the_updates_after_the_last_published_value()
    {
        var (first, second) = (Receive(1), Receive(2));
        Hear(first, sequence: 1);
        _ledger.SignOfLife(At(9_000));
        _ledger.TakeOver(At(10_000));
        Assert.Equal(Publication.Skip, Decide(first, At(10_000)));
        Assert.Equal(Publication.Send, Decide(second, At(10_000)));
    }

    [Fact]
    public void A_key_without_a_published_value_is_sent()
    {
        var first = Receive(1);
        _ledger.TakeOver(At(0));
        Assert.Equal(Publication.Send, Decide(first, At(0)));
    }

    [Fact]
    public void A_key_whose_last_published_value_has_not_arrived_is_held_back_until_it_has()
    {
        var lagging = Receive(1);
        Hear(Message(3), sequence: 9);
        _ledger.TakeOver(At(1_000));
        Assert.Equal(Publication.Hold, Decide(lagging, At(1_000)));
        Assert.Equal(Publication.Hold, Decide(Receive(2), At(1_400)));
        var published = Receive(3);
        var next = Receive(4);
        Assert.NotEqual(Publication.Hold, Decide(published, At(1_450)));
        Assert.Equal(Publication.Send, Decide(next, At(1_450)));
    }

    [Fact]
    public void After_half_a_second_only_a_value_newer_than_the_published_one_is_sent()
    {
        var older = Receive(1);
        Hear(Message(3), sequence: 9);
        _ledger.TakeOver(At(1_000));
        Assert.Equal(Publication.Skip, Decide(older, At(1_500)));
        Assert.Equal(Publication.Skip, Decide(Receive(2), At(9_000)));
        Assert.Equal(Publication.Send, Decide(Receive(4), At(9_000)));
    }

    [Fact]
    public void Updates_published_just_before_the_silence_are_sent_again_for_nodes_that_missed_them()
    {
        var (early, late) = (Receive(1, "A"), Receive(1, "B"));
        Hear(early, sequence: 1, at: At(1_000));
        Hear(late, sequence: 2, at: At(2_000));
        _ledger.SignOfLife(At(2_000));
        _ledger.TakeOver(At(3_200));
        Assert.Equal(Publication.Skip, Decide(early, At(3_200)));
        Assert.Equal(Publication.Send, Decide(late, At(3_200)));
    }

    [Fact]
    public void A_bridge_does_not_repeat_the_updates_of_its_own_term()
    {
        var first = Receive(1);
        _ledger.SignOfLife(At(0));
        _ledger.TakeOver(At(0));
        _ledger.Published(first, new Position(New, 1), At(0));
        Assert.Equal(Publication.Skip, Decide(first, At(0)));
    }

    [Fact]
    public void A_late_update_of_the_predecessor_does_not_replace_the_last_published_value()
    {
        var (first, second) = (Receive(1), Receive(2));
        _ledger.TakeOver(At(0));
        _ledger.Published(second, new Position(New, 1), At(0));
        Hear(first, sequence: 99, at: At(1));
        Assert.Equal(Publication.Skip, Decide(second, At(1)));
    }

    [Fact]
    public void A_standby_far_ahead_decides_by_time()
    {
        var published = Receive(1);
        Intake last = published;
        for (var i = 2; i < 200; i++) last = Receive(i);
        Hear(published, sequence: 1);
        _ledger.TakeOver(At(0));
        Assert.Equal(Publication.Hold, Decide(last, At(0)));
        Assert.Equal(Publication.Send, Decide(last, At(500)));
    }

    [Fact]
    public void A_stored_value_enters_only_if_it_is_newer_than_the_received_one()
    {
        Receive(2);
        Assert.Null(_ledger.Restored(Message(1), 0, At(0)));
        Assert.Null(_ledger.Restored(Message(2), 0, At(0)));
        Assert.NotNull(_ledger.Restored(Message(3), 0, At(0)));
    }

    [Fact]
    public void A_feed_that_lags_behind_a_stored_value_publishes_no_older_value_and_not_that_value_again()
    {
        Receive(1);
        Assert.NotNull(_ledger.Restored(Message(3), 0, At(0)));
        Assert.Null(_ledger.Received(Message(2), 0, At(1)));
        Assert.Null(_ledger.Received(Message(3), 0, At(2)));
        Assert.NotNull(_ledger.Received(Message(2), 0, At(3)));
    }

    [Fact]
    public void A_stored_value_from_the_future_silences_its_key_no_longer_than_it_lives()
    {
        Assert.NotNull(_ledger.Restored(Message(1_000_000), 0, At(0)));
        Assert.Null(_ledger.Received(Message(1), 0, At(59_000)));
        Assert.NotNull(_ledger.Received(Message(1), 0, At(60_000)));
    }

    [Fact]
    public void A_stored_value_that_had_been_published_is_not_published_again()
    {
        _ledger.SignOfLife(At(0));
        var message = Message(1);
        _ledger.Stored(Value(message, 5), At(0));
        var restored = Assert.IsType<Intake>(_ledger.Restored(message, 0, At(0)));
        _ledger.TakeOver(At(0));
        Assert.Equal(Publication.Skip, Decide(restored, At(0)));
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
        Assert.Equal(new PublishedValue(message.Key, position, message.Hash, message.Timestamp), PublishedValue.Of(update));
    }

    private static TimeSpan At(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static EnrichedMessage Message(int number, string product = "NIFTY")
    {
        var time = DateTime.UnixEpoch.AddSeconds(number).ToString("yyyy-MM-ddTHH:mm:ss");
        var json = $$"""{"product":"{{product}}","price":{{number}},"timestamp":"{{time}}"}""";
        Assert.True(EnrichedMessage.TryRead(MessageKind.Underlying, Encoding.UTF8.GetBytes(json), 0, 1_000, out var message, out _));
        return message!;
    }

    private static PublishedValue Value(EnrichedMessage message, long sequence) => new(message.Key, new Position(Old, sequence), message.Hash, message.Timestamp);

    private Intake Receive(int number, string product = "NIFTY", long receivedAt = 60_000_000) =>
        _ledger.Received(Message(number, product), receivedAt, At(0))!;

    private void Hear(Intake intake, long sequence, TimeSpan at = default) => Hear(intake.Message, sequence, at);

    private void Hear(EnrichedMessage message, long sequence, TimeSpan at = default) => _ledger.Heard(Value(message, sequence), at);

    private Publication Decide(Intake intake, TimeSpan now) => _ledger.Decide(intake, New, now);
}
