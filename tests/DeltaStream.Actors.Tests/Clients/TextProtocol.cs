using System.Text;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>A wire protocol that a reader of a spec can read: the event's name, a blank, its data. Counts what it makes.</summary>
internal sealed class TextProtocol(int slot) : IWireProtocol
{
    private int _encodedEvents;

    public int ProtocolIndex { get; } = slot;

    public int EncodedEvents => Volatile.Read(ref _encodedEvents);

    public Frame EncodeEvent(string name, ReadOnlySpan<byte> data)
    {
        Interlocked.Increment(ref _encodedEvents);
        return Text($"{name} {Encoding.UTF8.GetString(data)}");
    }

    public Frame EncodeEvent(string name, ReadOnlySpan<byte> data, ReadOnlySpan<byte> meta) =>
        EncodeEvent(name, [.. data, (byte)' ', .. meta]);

    public Frame EncodeAck(ReadOnlySpan<byte> id, ReadOnlySpan<byte> data) =>
        Text($"ack:{Encoding.UTF8.GetString(id)} {Encoding.UTF8.GetString(data)}");

    private static Frame Text(string text) => new(Encoding.UTF8.GetBytes(text));
}
