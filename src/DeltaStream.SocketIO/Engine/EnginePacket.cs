namespace DeltaStream.SocketIO.Engine;

/// <summary>One Engine.IO packet.</summary>
/// <param name="Type">The packet's type. A binary packet is always a <see cref="EnginePacketType.Message"/>.</param>
/// <param name="Data">The bytes after the type: a view of the bytes from which the packet was read, valid as long as they are.</param>
/// <param name="IsBinary">Whether <paramref name="Data"/> is binary instead of UTF-8 text.</param>
public readonly record struct EnginePacket(EnginePacketType Type, ReadOnlyMemory<byte> Data, bool IsBinary)
{
    /// <summary>A packet without data.</summary>
    public static EnginePacket Of(EnginePacketType type) => new(type, ReadOnlyMemory<byte>.Empty, false);

    /// <summary>A text message.</summary>
    public static EnginePacket Text(ReadOnlyMemory<byte> data) => new(EnginePacketType.Message, data, false);

    /// <summary>A binary message.</summary>
    public static EnginePacket Binary(ReadOnlyMemory<byte> data) => new(EnginePacketType.Message, data, true);

    /// <summary>Whether this is the ping or pong of an upgrade: <c>2probe</c>, <c>3probe</c>.</summary>
    public bool IsProbe => Data.Span.SequenceEqual("probe"u8);
}
