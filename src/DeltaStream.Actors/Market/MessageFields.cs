using System.Runtime.CompilerServices;
using System.Text.Json;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Market;

/// <summary>
/// The range of a field's value in the message, quotes included. The type is <see cref="JsonTokenType.None"/> if the field is
/// absent.
/// </summary>
internal readonly record struct RawValue(JsonTokenType Type, int Start, int Length)
{
    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> json) => json.Slice(Start, Length);
}

/// <summary>The ranges of a message's fields, in the order of its kind's table. Other fields are only checked to be JSON.</summary>
internal struct MessageFields
{
    private const int MostFields = 8;

    private Values _values;
    private RawMember[]? _further;

    /// <summary>What the summary carries beside the fields of the table, if it was asked for.</summary>
    public readonly ReadOnlySpan<RawMember> Further => _further;

    public readonly RawValue this[int index] => _values[index];

    /// <summary>Walks the whole text once. If a field occurs twice the last one counts, as in every browser.</summary>
    /// <param name="json">The text.</param>
    /// <param name="kind">The kind of message.</param>
    /// <param name="fields">The fields.</param>
    /// <param name="isToSummarise">True: collects <see cref="Further"/>, if the kind has a summary.</param>
    /// <returns>False if the text is not a JSON object; then there are no fields.</returns>
    public static bool TryRead(ReadOnlySpan<byte> json, MessageKind kind, out MessageFields fields, bool isToSummarise = false)
    {
        fields = default;
        isToSummarise &= kind.Summary is not null;
        var reader = new JsonFields(json, EnrichedMessage.MaxDepth);
        var further = new FurtherMembers(json, isToSummarise ? stackalloc RawMember[FurtherMembers.Most] : []);
        try
        {
            while (reader.Read())
            {
                var index = IndexOf(kind, reader);
                if (index >= 0) fields._values[index] = new RawValue(reader.Type, reader.Value.Start.Value, reader.Value.End.Value - reader.Value.Start.Value);
                else if (isToSummarise) further.Add(reader);
            }

            if (isToSummarise) fields._further = further.ToArray();
            return reader.IsObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static int IndexOf(MessageKind kind, in JsonFields reader)
    {
        for (var i = 0; i < kind.Fields.Count; i++)
        {
            if (reader.Is(kind.Fields[i].Utf8)) return i;
        }

        return -1;
    }

    [InlineArray(MostFields)]
    private struct Values
    {
        private RawValue _first;
    }
}
