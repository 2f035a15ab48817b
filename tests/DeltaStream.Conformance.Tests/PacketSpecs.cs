namespace DeltaStream.Conformance.Tests;

/// <summary>Engine packets that a client may, may not or need not send.</summary>
public sealed class PacketSpecs(CalmHost host) : ConformanceSpecs(host)
{
    [Theory]
    [InlineData("2")]
    [InlineData("2probe")]
    [InlineData("1")]
    [InlineData("7")]
    [InlineData("abc")]
    [InlineData("")]
    public async Task A_packet_that_a_client_must_not_send_closes_its_websocket(string packet)
    {
        using var client = await SocketClient.Open(Host);
        await client.SendAsync(packet);
        Assert.Empty(await client.ReadToEnd());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("5")]
    [InlineData("6")]
    [InlineData("3")]
    [InlineData("0{}")]
    public async Task A_packet_without_meaning_from_a_client_is_ignored(string packet)
    {
        using var client = await SocketClient.Open(Host);
        await client.SendAsync(packet);
        await client.SendAsync("4on");
        await client.Expect("4on");
        var session = await PollingSession.Open(Host);
        (await session.Post(packet)).Is(200, "ok");
        await session.GoesOn();
    }

    [Fact]
    public async Task A_clients_ping_closes_its_polling_session()
    {
        var session = await PollingSession.Open(Host);
        await session.Post("2");
        Assert.Equal(400, (await session.Poll()).Status);
    }
}
