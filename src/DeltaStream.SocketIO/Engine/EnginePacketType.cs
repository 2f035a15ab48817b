namespace DeltaStream.SocketIO.Engine;

/// <summary>The packet types of Engine.IO protocol 4; the value is the digit on the wire.</summary>
public enum EnginePacketType : byte
{
    /// <summary>The handshake, from the server.</summary>
    Open = 0,

    /// <summary>Either side ends the session.</summary>
    Close = 1,

    /// <summary>The server's heartbeat. A client sends it only as the probe of an upgrade.</summary>
    Ping = 2,

    /// <summary>The answer to a ping.</summary>
    Pong = 3,

    /// <summary>A message, text or binary.</summary>
    Message = 4,

    /// <summary>The client changes to the transport that it probed.</summary>
    Upgrade = 5,

    /// <summary>Ends a poll when there is nothing to send.</summary>
    Noop = 6,
}
