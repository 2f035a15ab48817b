using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DeltaStream.Actors.Views;

/// <summary>Writes views in their one form: every field spelled out, in one order, numbers as short as they can be.</summary>
internal static class ViewText
{
    internal static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A granted view as JSON: the value of <c>view</c> in <c>subscribed</c>.</summary>
    public static byte[] Of(View view)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer, Options)) Write(json, view);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes a granted view as an object.</summary>
    public static void Write(Utf8JsonWriter json, View view)
    {
        json.WriteStartObject();
        WriteMode(json, view.Shape);
        WriteReduction(json, view.Shape, view.NamesBothSides);
        if (view.MaxRate is { } rate) json.WriteNumber("max_rate"u8, rate.PerSecond);
        if (view.Status) json.WriteBoolean("status"u8, true);
        if (view.Meta) json.WriteBoolean("meta"u8, true);
        json.WriteEndObject();
    }

    /// <summary>A shape as text: the whole, and the part that reduces the document.</summary>
    internal static (string Shape, string Reduction) Of(ViewShape shape)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        WriteReduction(json, shape, namesBothSides: false);
        json.WriteString("format"u8, NameOf(shape.Format));
        json.WriteEndObject();
        json.Flush();
        var reduction = Encoding.UTF8.GetString(buffer.WrittenSpan);
        return ($"{(shape.IsDelta ? "delta" : "full")} {reduction}", reduction);
    }

    private static ReadOnlySpan<byte> NameOf(ViewFormat format) => format == ViewFormat.Compact ? "compact"u8 : "rows"u8;

    private static void WriteMode(Utf8JsonWriter json, ViewShape shape)
    {
        json.WriteString("mode"u8, shape.IsDelta ? "delta"u8 : "full"u8);
        if (shape.IsDelta) json.WriteString("format"u8, NameOf(shape.Format));
    }

    private static void WriteReduction(Utf8JsonWriter json, ViewShape shape, bool namesBothSides)
    {
        if (shape.Window is { } window)
        {
            json.WriteStartObject("window"u8);
            WriteWindow(json, window);
            json.WriteEndObject();
        }

        if (shape.Sides != ViewSides.Both) json.WriteString("sides"u8, shape.Sides == ViewSides.Calls ? "calls"u8 : "puts"u8);
        else if (namesBothSides) json.WriteString("sides"u8, "both"u8);
        if (shape.Fields is not { } fields) return;
        json.WriteStartArray("fields"u8);
        foreach (var field in fields) json.WriteStringValue(field);
        json.WriteEndArray();
    }

    private static void WriteWindow(Utf8JsonWriter json, ViewWindow window)
    {
        switch (window)
        {
            case ViewWindow.Atm atm: WriteNumbers(json, "atm"u8, [atm.Below, atm.Above]); break;
            case ViewWindow.Percent percent: json.WriteNumber("percent"u8, percent.Most); break;
            case ViewWindow.Between between: WriteNumbers(json, "between"u8, [between.Low, between.High]); break;
            case ViewWindow.Listed listed: WriteNumbers(json, "list"u8, listed.Strikes); break;
        }
    }

    private static void WriteNumbers(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<double> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
