using System.Buffers;
using System.Text.Json;

namespace DeltaStream.SocketIO.Engine;

/// <summary>The open packet of a session (Engine.IO protocol 4, "Handshake"): these five fields, in this order, and no other.</summary>
/// <param name="Sid">The engine's session id: a secret of the client, with which it polls.</param>
/// <param name="CanUpgrade">Whether the server offers a WebSocket: true over polling, false over a WebSocket.</param>
/// <param name="PingInterval">The time between two pings of the server; whole milliseconds.</param>
/// <param name="PingTimeout">The time within which the pong must come; whole milliseconds.</param>
/// <param name="MaxPayload">The largest POST body and WebSocket message, in bytes.</param>
public sealed record EngineHandshake(string Sid, bool CanUpgrade, TimeSpan PingInterval, TimeSpan PingTimeout, int MaxPayload)
{
    /// <summary>Writes the handshake as an open packet.</summary>
    public EnginePacket ToPacket()
    {
        var buffer = new ArrayBufferWriter<byte>(160);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("sid"u8, Sid);
            json.WriteStartArray("upgrades"u8);
            if (CanUpgrade) json.WriteStringValue("websocket"u8);
            json.WriteEndArray();
            json.WriteNumber("pingInterval"u8, (long)PingInterval.TotalMilliseconds);
            json.WriteNumber("pingTimeout"u8, (long)PingTimeout.TotalMilliseconds);
            json.WriteNumber("maxPayload"u8, MaxPayload);
            json.WriteEndObject();
        }
        return new EnginePacket(EnginePacketType.Open, buffer.WrittenMemory, false);
    }
}
