using System.Globalization;
using System.Text;
using DeltaStream.Actors.Market;
using DeltaStream.Simulator.Loop;

namespace DeltaStream.Simulator.World;

/// <summary>The platform: publishes messages of a few keys, now evenly, now in bursts, and is silent at times.</summary>
internal sealed class Producers(SimWorld world)
{
    private readonly Dictionary<ConflationKey, int> _numbers = [];
    private readonly Random _random = new(world.Seed * 31 + 7);

    public IReadOnlyList<ConflationKey> Keys { get; } =
    [
        ConflationKey.Underlying("NIFTY"), ConflationKey.Underlying("GOLD"),
        ConflationKey.Chain("NIFTY", "2026-11-26"), ConflationKey.Chain("NIFTY", "2026-12-31"), ConflationKey.Chain("GOLD", "2026-11-26"),
        ConflationKey.MarketStatus("NSE"),
    ];

    /// <summary>True while nothing is published.</summary>
    public bool IsSilent { get; set; }

    /// <summary>How wrong the producers' clock is.</summary>
    public TimeSpan Shift { get; set; }

    public void Start() => Next();

    /// <summary>Publishes the next message of a key.</summary>
    public void Publish(ConflationKey key)
    {
        var number = _numbers[key] = _numbers.GetValueOrDefault(key) + 1;
        var time = (LoopClock.Beginning + world.Loop.Now + Shift).ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        var json = key.Kind == MessageKind.Underlying ? $$"""{"product":"{{key.Symbol}}","price":{{number}},"timestamp":"{{time}}","n":{{number}}}"""
            : key.Kind == MessageKind.Chain ? $$"""{"product":"{{key.Symbol}}","expiry":"{{key.Expiry}}","spot_price":1.5,"calls":[],"puts":[],"timestamp":"{{time}}","n":{{number}}}"""
            : $$"""{"market":"{{key.Symbol}}","status":"open","timestamp":"{{time}}","n":{{number}}}""";
        if (!world.Redis.IsUp) return;
        world.Observer.Produced(key, number);
        world.Redis.Publish(key.Kind.Channel, Encoding.UTF8.GetBytes(json));
    }

    /// <summary>Publishes a message that is not valid.</summary>
    public void PublishInvalid()
    {
        if (!world.Redis.IsUp) return;
        world.Observer.ProducedInvalid();
        world.Redis.Publish(MessageKind.Underlying.Channel, Encoding.UTF8.GetBytes("""{"product":"NIFTY","price":"much"}"""));
    }

    public void PublishAll()
    {
        foreach (var key in Keys) Publish(key);
    }

    private void Next() => world.Loop.After(TimeSpan.FromMilliseconds(_random.Next(40) == 0 ? 1500 : 10 + _random.Next(300)), () =>
    {
        if (!IsSilent)
        {
            var burst = _random.Next(12) == 0 ? 2 + _random.Next(10) : 1;
            for (var i = 0; i < burst; i++) Publish(Keys[_random.Next(Keys.Count)]);
        }

        Next();
    });
}
