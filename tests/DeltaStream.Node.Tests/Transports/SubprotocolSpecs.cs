using DeltaStream.Node.Transports.WebSockets;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>Which subprotocol a WebSocket gets.</summary>
public sealed class SubprotocolSpecs
{
    [Theory]
    [InlineData(null)]
    [InlineData("json", "json")]
    [InlineData("json", "mqtt, json")]
    [InlineData("deltastream.v1", "json, deltastream.v1")]
    [InlineData("deltastream.v1", "json", "other,deltastream.v1")]
    [InlineData("mqtt", "mqtt")]
    [InlineData("JSON", "JSON, mqtt")]
    [InlineData("Bearer", "Bearer, abc.def-ghi_jkl")]
    [InlineData(null, "")]
    [InlineData(null, "json,,mqtt")]
    [InlineData(null, "two words, json")]
    [InlineData(null, "é, json")]
    [InlineData(null, "a=b")]
    public void The_first_known_name_is_chosen_or_else_the_first(string? chosen, params string[] header) =>
        Assert.Equal(chosen, Subprotocol.Choose(header, "deltastream.v1", "json"));

    [Fact]
    public void If_the_server_knows_no_subprotocol_the_first_one_is_chosen() => Assert.Equal("a", Subprotocol.Choose("a, b"));
}
