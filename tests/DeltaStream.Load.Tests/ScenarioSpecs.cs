using System.Text.Json;
using DeltaStream.LoadTest;

namespace DeltaStream.Load.Tests;

public sealed class ScenarioSpecs
{
    [Theory]
    [InlineData(200, false)]
    [InlineData(56_000, true)]
    public void A_message_has_the_wanted_size_and_the_fields_of_its_kind(int size, bool isChain)
    {
        var scenario = new Scenario(Clients: 1, Rate: 1, size, WarmUpSeconds: 0, Seconds: 1, isChain);

        var bytes = scenario.Message(now: 1_700_000_000_000_000, number: 7);

        Assert.InRange(bytes.Length, size - 20, size + 20);
        var message = JsonDocument.Parse(bytes).RootElement;
        Assert.Equal("NIFTY", message.GetProperty("product").GetString());
        Assert.Equal(1_700_000_000_000_000, message.GetProperty("sent").GetInt64());
        Assert.Equal(isChain, message.TryGetProperty("calls", out _));
    }
}
