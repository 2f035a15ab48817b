using System.Globalization;
using System.Text;
using DeltaStream.Actors.Tests.Views;

namespace DeltaStream.LoadTest;

/// <summary>What is published, message by message.</summary>
internal abstract class Market
{
    protected const string ChainChannel = "enriched:option_chain", UnderlyingChannel = "enriched:underlying";

    // A twentieth of the quotes moves at each tick (docs/benchmarks.md, "How quotes move").
    private const double Moving = 0.05;

    /// <summary>The chain's room, as a subscription names it.</summary>
    public const string ChainRoom = """ "type":"chain","symbol":"NIFTY","expiry":"2022-03-31" """;

    /// <summary>The number of products of a trader's screen.</summary>
    public const int ScreenProducts = 20;

    /// <summary>One message of a trader's screen in so many is a chain: with 45 messages a second 5 chains, and each product twice.</summary>
    private const int ScreenCycle = 9;

    /// <param name="now">The send time, which the message contains.</param>
    /// <param name="number">The message's number, from 0.</param>
    public abstract (string Channel, byte[] Text) Next(long now, int number);

    /// <summary>The messages of a scenario.</summary>
    public static Market Of(Scenario scenario) => new Uniform(scenario);

    /// <summary>A real chain that moves.</summary>
    public static Market Chain() => new MovingMarket();

    /// <summary>A trader's screen: the chain, and 20 products in turn.</summary>
    public static Market Screen() => new ScreenMarket();

    public static string Product(int number) => $"PRODUCT{number % ScreenProducts:00}";

    private sealed class Uniform(Scenario scenario) : Market
    {
        public override (string Channel, byte[] Text) Next(long now, int number) => (scenario.Channel, scenario.Message(now, number));
    }

    private class MovingMarket : Market
    {
        private readonly MovingChain _chain = new(Moving, seed: 1);

        public override (string Channel, byte[] Text) Next(long now, int number)
        {
            _chain.Move();
            return (ChainChannel, [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"sent\":{now},")), .. _chain.Text().AsSpan(1)]);
        }
    }

    private sealed class ScreenMarket : MovingMarket
    {
        private const int Bytes = 150;

        public override (string Channel, byte[] Text) Next(long now, int number)
        {
            if (number % ScreenCycle == 0) return base.Next(now, number);
            var product = Product(number - number / ScreenCycle - 1);
            var text = string.Create(CultureInfo.InvariantCulture, $"{{\"product\":\"{product}\",\"sent\":{now},\"price\":{20_000 + number % 1000 / 20.0},\"note\":\"");
            return (UnderlyingChannel, Encoding.UTF8.GetBytes(text + new string('x', Math.Max(0, Bytes - text.Length - 2)) + "\"}"));
        }
    }
}
