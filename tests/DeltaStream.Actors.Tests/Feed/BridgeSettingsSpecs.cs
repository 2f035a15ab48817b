using DeltaStream.Actors.Feed;

namespace DeltaStream.Actors.Tests.Feed;

public class BridgeSettingsSpecs
{
    [Fact]
    public void The_defaults_are_the_documented_ones()
    {
        var settings = new BridgeSettings().Check();
        Assert.Equal(50, settings.MaxRate);
        Assert.Equal(1_048_576, settings.MaxMessageBytes);
        Assert.Equal(TimeSpan.FromSeconds(60), settings.Life);
        Assert.Equal(TimeSpan.FromMilliseconds(500), settings.TakeoverHold);
    }

    public static TheoryData<string, BridgeSettings> Wrong => new()
    {
        { "MaxRate is -1; allowed: 0 (no throttle)", new() { MaxRate = -1 } },
        { "MaxMessageBytes is 10", new() { MaxMessageBytes = 10 } },
        { "MaxKeys is 0", new() { MaxKeys = 0 } },
        { "LeaseTtl is 00:00:00.0500000", new() { LeaseTtl = TimeSpan.FromMilliseconds(50) } },
        { "RoundTripEvery is 0", new() { RoundTripEvery = 0 } },
        { "WriteBatch is 0", new() { WriteBatch = 0 } },
        { "MaxBackoff is 00:00:00.1000000", new() { MaxBackoff = TimeSpan.FromMilliseconds(100) } },
        { "HeartbeatInterval is 00:00:00", new() { HeartbeatInterval = TimeSpan.Zero } },
        { "Life is -00:00:01", new() { Life = TimeSpan.FromSeconds(-1) } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_setting_that_cannot_work_is_named_with_its_value(string message, BridgeSettings settings) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(settings.Check).Message);
}
