using System.IO.Hashing;
using System.Text;

using DeltaStream.Actors.Market;
using DeltaStream.Actors.Views;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Tests.Views;

/// <summary>One node with views of one chain.</summary>
internal sealed class ViewBench
{
    private static readonly ConflationKey Key = ConflationKey.Chain("NIFTY", "2022-03-31");
    private static readonly Room Room = Room.Chain("NIFTY", "2022-03-31");

    private long _serial;

    public ChainViews Views { get; } = new();

    public MarketUpdate? Newest { get; private set; }

    /// <summary>The view of a request's fields, in use.</summary>
    public View Use(string fields) => Views.Use(Room, ViewReader.Read(Encoding.UTF8.GetBytes(fields), Room).View!);

    public void Release(View view) => Views.Release(Room, view);

    /// <summary>The node receives a document.</summary>
    public void Publish(byte[] document)
    {
        Newest = new MarketUpdate(MarketEvent.ChainUpdate, Key, new(1, ++_serial), document, XxHash3.HashToUInt64(document), 1_700_000_000_000_000 + _serial).Stamp(_serial, new());
        Views.Hear(Newest);
        Views.Settle(Key);
    }

    public ViewEncoding Encode(View view, ViewVersion? held) => Views.Encode(view.Shape, held, Newest!, PlainText.Instance, view.Meta);

    /// <summary>The text of a frame of a plain WebSocket, without its header.</summary>
    internal sealed class PlainText : IWireProtocol
    {
        public static readonly PlainText Instance = new();

        public int ProtocolIndex => 0;

        public Frame EncodeEvent(string name, ReadOnlySpan<byte> data) =>
            new((byte[])[.. "{\"event\":\""u8, .. Encoding.UTF8.GetBytes(name), .. "\",\"data\":"u8, .. data, (byte)'}']);

        public Frame EncodeEvent(string name, ReadOnlySpan<byte> data, ReadOnlySpan<byte> meta) => EncodeEvent(name, [.. data, .. ",\"meta\":"u8, .. meta]);

        public Frame EncodeAck(ReadOnlySpan<byte> id, ReadOnlySpan<byte> data) => throw new NotSupportedException();
    }
}
