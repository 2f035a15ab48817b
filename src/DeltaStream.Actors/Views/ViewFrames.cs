using System.Buffers.Text;
using System.Text;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Views;

/// <summary>The frames of one event of one view: one for each protocol, with meta and without.</summary>
/// <param name="name">The event's name.</param>
/// <param name="data">Its data without meta.</param>
/// <param name="metaAt">The place in the data where the time of receipt goes; -1 if meta is an argument of its own.</param>
internal sealed class ViewFrames(string name, byte[] data, int metaAt)
{
    private readonly Frame?[] _frames = new Frame?[SharedFrames.MaxProtocols * 2];

    /// <summary>The length of name and data, by which events are compared.</summary>
    public int Length => name.Length + data.Length;

    public ReadOnlySpan<byte> Data => data;

    /// <summary>The frame. The caller holds the chain's lock.</summary>
    public Frame Get(IWireProtocol protocol, bool meta, MarketUpdate update, ViewVersion version, out bool isNew)
    {
        ref var frame = ref _frames[protocol.ProtocolIndex * 2 + (meta ? 1 : 0)];
        isNew = frame is null;
        return frame ??= !meta ? protocol.EncodeEvent(name, data)
            : metaAt < 0 ? protocol.EncodeEvent(name, data, ViewMeta.Of(version.Text, update.ReceivedAt))
            : protocol.EncodeEvent(name, [.. data.AsSpan(0, metaAt), .. ",\"received_at\":"u8, .. ViewMeta.SecondsOf(update.ReceivedAt), .. data.AsSpan(metaAt)]);
    }
}

/// <summary>The second argument of updates for clients that asked for <c>meta</c>.</summary>
internal static class ViewMeta
{
    private const int MostDigits = 32;

    /// <summary>The meta of an update that is sent as published: its version is its place in the feed.</summary>
    public static byte[] Of(MarketUpdate update) => Of(
        update.Position == Position.None ? $"{update.Hash:x}" : $"{update.Position.Epoch}-{update.Position.Sequence}", update.ReceivedAt);

    public static byte[] Of(string version, long receivedAt) =>
        [.. "{\"version\":\""u8, .. Encoding.ASCII.GetBytes(version), .. "\",\"received_at\":"u8, .. SecondsOf(receivedAt), (byte)'}'];

    /// <summary>Microseconds as seconds with a fraction.</summary>
    public static byte[] SecondsOf(long microseconds)
    {
        var text = new byte[MostDigits];
        Utf8Formatter.TryFormat(microseconds / 1e6, text, out var length);
        return text[..length];
    }
}
