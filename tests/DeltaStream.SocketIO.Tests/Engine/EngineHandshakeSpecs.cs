using DeltaStream.SocketIO.Engine;

namespace DeltaStream.SocketIO.Tests.Engine;

public sealed class EngineHandshakeSpecs
{
    [Theory]
    [InlineData(true, """0{"sid":"abc-1","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":65536}""")]
    [InlineData(false, """0{"sid":"abc-1","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":65536}""")]
    public void The_open_packet_holds_exactly_five_fields_in_order(bool canUpgrade, string wire)
    {
        var handshake = new EngineHandshake("abc-1", canUpgrade, TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(20), 65536);
        Assert.Equal(wire, EnginePacketCodec.ToFrame(handshake.ToPacket()).Payload().Text());
    }

    [Theory]
    [InlineData(0, 400, """{"code":0,"message":"Transport unknown"}""")]
    [InlineData(1, 400, """{"code":1,"message":"Session ID unknown"}""")]
    [InlineData(2, 400, """{"code":2,"message":"Bad handshake method"}""")]
    [InlineData(3, 400, """{"code":3,"message":"Bad request"}""")]
    [InlineData(4, 403, """{"code":4,"message":"Forbidden"}""")]
    [InlineData(5, 400, """{"code":5,"message":"Unsupported protocol version"}""")]
    public void A_refusal_has_its_status_and_its_json(int code, int status, string json)
    {
        var error = EngineError.All[code];
        Assert.Equal((code, status, json), (error.Code, error.HttpStatus, error.Json.Text()));
    }
}
