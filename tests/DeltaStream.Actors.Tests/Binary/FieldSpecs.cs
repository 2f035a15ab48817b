using System.Runtime.Serialization;
using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Binary;

/// <summary>What one node writes another reads; what it did not write is one error.</summary>
public class FieldSpecs
{
    public static TheoryData<string, Action<FieldWriter>, string, Func<FieldReader, object?>, object?> Fields => new()
    {
        { "a byte", to => to.Byte(0xfe), "fe", from => from.Byte(), (byte)0xfe },
        { "true", to => to.Bool(true), "01", from => from.Bool(), true },
        { "two bytes", to => to.UInt16(0xfffe), "feff", from => from.UInt16(), 0xfffe },
        { "a number", to => to.Int32(-2), "feffffff", from => from.Int32(), -2 },
        { "a long number", to => to.Int64(long.MinValue), "0000000000000080", from => from.Int64(), long.MinValue },
        { "a hash", to => to.UInt64(ulong.MaxValue), "ffffffffffffffff", from => from.UInt64(), ulong.MaxValue },
        { "an enum", to => to.Byte(2), "02", from => from.Enum<RoomKind>(), RoomKind.Chain },
        { "a text", to => to.Text("M&M €"), "074d264d20e282ac", from => from.Text(), "M&M €" },
        { "no text", to => to.OptionalText(null), "00", from => from.OptionalText(), null },
        { "an empty text", to => to.OptionalText(""), "0100", from => from.OptionalText(), "" },
        { "bytes", to => to.Bytes([7, 8]), "020000000708", from => from.Bytes().ToArray(), new byte[] { 7, 8 } },
        { "the rest", to => to.Rest([7, 8]), "0708", from => from.Rest().ToArray(), new byte[] { 7, 8 } },
        { "a list", to => to.List<int>([1, 2], (it, n) => it.Byte((byte)n)), "020000000102", from => from.List(it => (int)it.Byte()), new List<int> { 1, 2 } },
        { "no list", to => to.List<int>(null, (it, n) => it.Byte((byte)n)), "ffffffff", from => from.List(it => (int)it.Byte()), null },
        { "a list of nothing", to => to.List<int>([], (it, n) => it.Byte((byte)n)), "00000000", from => from.List(it => (int)it.Byte()), new List<int>() },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_field_has_these_bytes_and_reads_back(string name, Action<FieldWriter> write, string hex, Func<FieldReader, object?> read, object? value)
    {
        Assert.NotEmpty(name);
        var writer = new FieldWriter(0);
        write(writer);
        var bytes = writer.ToBytes();
        Assert.Equal(hex, Convert.ToHexStringLower(bytes));
        Assert.Equal(value, read(new FieldReader(bytes)));
        if (name is not "the rest")
            foreach (var length in Enumerable.Range(0, bytes.Length)) Assert.Throws<SerializationException>(() => read(new FieldReader(bytes.AsMemory(0, length))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16_384)]
    [InlineData(70_000)]
    public void A_text_may_have_any_length(int length)
    {
        var text = new string('x', length);
        var bytes = new FieldWriter().Text(text).Int32(7).ToBytes();
        var reader = new FieldReader(bytes);
        Assert.Equal((text, 7), (reader.Text(), reader.Int32()));
    }

    [Fact]
    public void A_writer_of_exactly_the_right_size_copies_nothing()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var bytes = new FieldWriter(100_000).Rest(new byte[100_000]).ToBytes();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 200_000, 201_000);
        Assert.Equal(100_000, bytes.Length);
    }

    public static TheoryData<string, Func<FieldReader, object?>> Lies => new()
    {
        { "ffffffff", from => from.Bytes() },
        { "00000080", from => from.Bytes() },
        { "ffffff7f", from => from.Bytes() },
        { "ffffff7f", from => from.List(it => it.Int64()) },
        { "ffffffff0f", from => from.Text() },
        { "ffffffffff00", from => from.Text() },
        { "ff", from => from.Enum<RoomKind>() },
        { "0901020304", from => from.Nested(from.Byte()) },
        { "014102", from => from.Room() },
        { "630000", from => from.Event() },
        { "014100", from => from.Names(MessageKind.Chain) },
        { "01410141", from => from.Names(MessageKind.MarketStatus) },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void An_impossible_length_or_value_is_one_error_and_takes_no_memory(string hex, Func<FieldReader, object?> read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<SerializationException>(() => read(new FieldReader(Convert.FromHexString(hex))));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 * 1024);
    }
}
