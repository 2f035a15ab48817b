using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeltaStream.TestSupport;

/// <summary>Shows values that refer to each other, such as kinds of message and their events, by their names.</summary>
public sealed class ByName<T> : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value!.ToString());
}
