using System.Text;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Simulator.Twins;

/// <summary>The wire protocol of the simulation's clients: the event's name, a blank, its data.</summary>
internal sealed class LineProtocol : IWireProtocol
{
    public static readonly LineProtocol Instance = new();

    public int ProtocolIndex => 0;

    public Frame EncodeEvent(string name, ReadOnlySpan<byte> data) => new(Join(Encoding.UTF8.GetBytes(name), data));

    public Frame EncodeEvent(string name, ReadOnlySpan<byte> data, ReadOnlySpan<byte> meta) => EncodeEvent(name, [.. data, (byte)' ', .. meta]);

    public Frame EncodeAck(ReadOnlySpan<byte> id, ReadOnlySpan<byte> data) => new(Join("ack"u8, data));

    private static byte[] Join(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        var line = new byte[name.Length + 1 + data.Length];
        name.CopyTo(line);
        line[name.Length] = (byte)' ';
        data.CopyTo(line.AsSpan(name.Length + 1));
        return line;
    }
}
