using System.Text;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Actors.Tests.Clients;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Actors.Tests.Feed;

/// <summary>What operators learn of messages that are skipped or repaired: log lines, and a problem until a minute after the last.</summary>
public class MessageReaderSpecs
{
    private const string Underlying = "enriched:underlying";
    private const string Chain = "enriched:option_chain";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.Zero));
    private readonly MemoryLogs _logs = new();
    private readonly NodeProblems _problems = new();
    private readonly MessageReader _reader;

    public MessageReaderSpecs() => _reader = new(new BridgeSettings(), _time, new BridgeLog(_logs), _problems);

    [Theory]
    [InlineData(Underlying, """{"product":"A","price":"n/a"}""", "field", "price", "\"n/a\"", "enriched:underlying: field, price is \"n/a\"")]
    [InlineData(Underlying, """{"product":"A"}""", "field", "price", "absent", "enriched:underlying: field, price is absent")]
    [InlineData(Underlying, """{"product":"A\n*","price":1}""", "symbol", "product", "\"A\\x5cn*\"", "enriched:underlying: symbol, product is \"A\\x5cn*\"")]
    [InlineData(Chain, """{"product":"A","expiry":"soon"}""", "field", "expiry", "\"soon\"", "enriched:option_chain: field, expiry is \"soon\"")]
    [InlineData(Chain, "[]", "json", "", "", "enriched:option_chain: json")]
    public void A_skipped_message_is_logged_with_its_field_and_is_a_problem(string channel, string text, string reason, string field, string value, string detail)
    {
        Assert.Null(Read(channel, text));
        var line = Assert.Single(_logs.Of("message_skipped"));
        Assert.Equal((channel, reason, field, value), (line["channel"], line["reason"], line["field"], line["value"]));
        Assert.Equal([KeyValuePair.Create(Problem.MessagesSkipped, detail)], _problems.Current);
    }

    [Fact]
    public void A_repaired_message_is_logged_with_the_path_and_is_a_problem()
    {
        Assert.NotNull(Read(Chain, """{"product":"A","expiry":"2026-11-26","calls":[{"iv":1},{"iv":NaN}]}"""));
        var line = Assert.Single(_logs.Of("message_repaired"));
        Assert.Equal((Chain, "calls[1].iv"), (line["channel"], line["field"]));
        Assert.Equal([KeyValuePair.Create(Problem.MessagesRepaired, "enriched:option_chain: NaN or Infinity, calls[1].iv")], _problems.Current);
    }

    [Fact]
    public void Five_lines_a_second_and_channel_are_logged_and_the_number_of_the_rest_without_a_further_message()
    {
        for (var i = 0; i < 12; i++) Read(Underlying, "bad");
        Read(Chain, "bad");
        Assert.Equal(6, _logs.Of("message_skipped").Count());
        _reader.Tick();
        _reader.Tick();
        var more = Assert.Single(_logs.Of("message_skipped_more"));
        Assert.Equal((Underlying, 7), (more["channel"], more["suppressed"]));

        _time.Advance(TimeSpan.FromSeconds(1));
        Read(Underlying, "bad");
        Assert.Equal(7, _logs.Of("message_skipped").Count());
    }

    [Fact]
    public void The_problem_ends_a_minute_after_the_last_message_of_a_channel()
    {
        Read(Underlying, "bad");
        Pass(TimeSpan.FromSeconds(40));
        Read(Chain, "bad");
        Assert.Equal("enriched:option_chain: json; enriched:underlying: json", Assert.Single(_problems.Current).Value);
        Pass(TimeSpan.FromSeconds(21));
        Assert.Equal("enriched:option_chain: json", Assert.Single(_problems.Current).Value);
        Assert.Empty(_logs.Of("message_faults_ended"));
        Pass(TimeSpan.FromSeconds(40));
        Assert.Empty(_problems.Current);
        Assert.Equal("messages_skipped", Assert.Single(_logs.Of("message_faults_ended"))["problem"]);
    }

    [Fact]
    public void A_bridge_that_stops_leaves_no_problem()
    {
        Read(Underlying, "bad");
        Read(Underlying, """{"product":"A","price":1,"a":NaN}""");
        Assert.Equal(2, _problems.Current.Count);
        _reader.Stop();
        Assert.Empty(_problems.Current);
    }

    private EnrichedMessage? Read(string channel, string text) => _reader.Read(new FeedMessage(channel, Encoding.UTF8.GetBytes(text), 0));

    private void Pass(TimeSpan time)
    {
        _time.Advance(time);
        _reader.Tick();
    }
}
