using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DeltaStream.Actors.Views;

/// <summary>The columns of a shape as they are written: the names once for all chains, their numbers in one chain.</summary>
/// <param name="shape">The shape.</param>
/// <param name="names">The chain's names.</param>
internal sealed class ShapeColumns(ViewShape shape, ChainNames names)
{
    public ViewShape Shape { get; } = shape;

    public ChainNames Names { get; } = names;

    /// <summary>The number of each named field; -1 for one that no row has had.</summary>
    public int[] Numbers { get; } = [.. (shape.FieldTexts ?? []).Select(it => names.Find(it.Text))];

    /// <summary>True if rows are sent with all that was published.</summary>
    public bool AreAll => Shape.FieldTexts is null;

    /// <summary>A field's name, quotes and colon included.</summary>
    public ReadOnlySpan<byte> Quoted(int field) => Shape.FieldTexts![field].Quoted;

    /// <summary>The names in both forms that rows need: plain, and quoted with a colon.</summary>
    public static (byte[] Text, byte[] Quoted)[] TextsOf(IEnumerable<string> fields) =>
        [.. fields.Select(it => (Encoding.UTF8.GetBytes(it), (byte[])[(byte)'"', .. JsonEncodedText.Encode(it, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, (byte)'"', (byte)':']))];
}
