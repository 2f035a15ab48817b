using System.Diagnostics.Metrics;
using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>Frames are made once for each update and wire protocol of the node, and what is done is counted.</summary>
public class EncodingSpecs(ITestOutputHelper output) : GatewaySpec(output)
{
    [Fact]
    public void An_update_is_encoded_once_for_each_wire_protocol_however_many_clients_and_rooms()
    {
        var other = new TextProtocol(1);
        var clients = Enumerable.Range(0, 20).Select(i => Connect(i % 2 == 0 ? Protocol : other, $"c{i}")).ToArray();
        foreach (var client in clients.Take(10)) Subscribe(client, Room.Product("NIFTY"));
        var (before, otherBefore) = (Protocol.EncodedEvents, other.EncodedEvents);
        for (var i = 1; i <= 50; i++)
        {
            var price = Price("NIFTY", i);
            Publish(price);
            foreach (var client in clients) Await(client, sent => sent.Contains(Text(price)));
        }

        Assert.Equal(50, Protocol.EncodedEvents - before);
        Assert.Equal(50, other.EncodedEvents - otherBefore);
    }

    [Fact]
    public void Nothing_is_encoded_that_is_not_sent()
    {
        var client = Connect();
        Unsubscribe(client, Room.General);
        var before = Protocol.EncodedEvents;
        Publish(Price("NIFTY", 1));
        Subscribe(client, Room.Product("OTHER"));
        Assert.Equal(1, Protocol.EncodedEvents - before);
    }

    [Fact]
    public void Connections_deliveries_latency_encodes_and_closes_are_counted()
    {
        var counted = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, it) =>
        {
            if (instrument.Meter.Scope == Metrics) it.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Count(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Count(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Count(instrument, value, tags));
        listener.Start();

        var client = Connect();
        var price = Price("NIFTY", 1);
        Time.Advance(TimeSpan.FromMilliseconds(250));
        Publish(price);
        Await(client, sent => sent.Contains(Text(price)));
        // A snapshot of an old value is no slow delivery, and a value from a clock that is ahead was not delivered before it came.
        client.Flushed();
        Time.Advance(TimeSpan.FromSeconds(49));
        Subscribe(client, Room.Product("NIFTY"));
        Await(client, sent => sent.Count(line => line == Text(price)) == 2);
        client.Flushed();
        var ahead = Price("NIFTY", 2);
        ahead = new(ahead.Event, ahead.Key, ahead.Position, ahead.Payload, ahead.Hash, ahead.ReceivedAt + 500_000);
        Publish(ahead);
        Await(client, sent => sent.Contains(Text(ahead)));
        client.Name = "polling";
        client.Flushed();
        client.Emit("nonsense", "");
        Await(client, sent => sent[^1].StartsWith("error ", StringComparison.Ordinal));
        AwaitAssert(() => Assert.Equal((0, 1), (Read("connections{transport=websocket}"), Read("connections{transport=polling}"))));
        client.Client.Tell(new TransportClosed(CloseReason.SlowConsumer));
        AwaitAssert(() => Assert.Equal(1, Read("closes{reason=slow_consumer}")));
        Assert.Equal(0, Read("connections{transport=polling}"));
        Assert.Equal(3, Read("delivered"));
        Assert.Equal(0.25, Read("delivery_latency_seconds"), 3);
        Assert.Equal(2, Read("encodes{protocol=0}"));
        Assert.Equal(1, Read("refused{reason=unknown_event}"));
        listener.RecordObservableInstruments();
        Assert.Equal(2, Read("rooms"));

        void Count(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var name = tags.Length == 0 ? instrument.Name : $"{instrument.Name}{{{tags[0].Key}={tags[0].Value}}}";
            lock (counted) counted[name] = counted.GetValueOrDefault(name) + value;
        }

        double Read(string name)
        {
            lock (counted) return counted.GetValueOrDefault(name);
        }
    }
}
