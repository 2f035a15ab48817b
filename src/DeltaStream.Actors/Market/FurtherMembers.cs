using System.Text.Json;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Market;

/// <summary>A member of a message that its summary carries as published.</summary>
internal readonly record struct RawMember(Range Name, Range Value);

/// <summary>
/// Collects the members that a summary carries beside its kind's fields: numbers, booleans, nulls and short strings. Of members
/// with the same name the last one counts, at the place of the first.
/// </summary>
/// <param name="json">The message.</param>
/// <param name="room">Room for the members; further ones are left out.</param>
internal ref struct FurtherMembers(ReadOnlySpan<byte> json, Span<RawMember> room)
{
    /// <summary>The most further members of a summary.</summary>
    public const int Most = 32;

    // Bytes between the quotes, as published.
    private const int LongestString = 256;

    private readonly ReadOnlySpan<byte> _json = json;
    private readonly Span<RawMember> _members = room;
    private int _count;

    public readonly RawMember[] ToArray() => _members[.._count].ToArray();

    public void Add(in JsonFields member)
    {
        var (name, value) = (member.Name, member.Value);
        var isCarried = member.Type switch
        {
            JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null => true,
            JsonTokenType.String => value.End.Value - value.Start.Value <= LongestString + 2,
            _ => false,
        };
        var at = IndexOf(name);
        if (at >= 0 && isCarried) _members[at] = new(_members[at].Name, value);
        else if (at >= 0) _members[(at + 1).._count--].CopyTo(_members[at..]);
        else if (isCarried && _count < _members.Length) _members[_count++] = new(name, value);
    }

    private readonly int IndexOf(Range name)
    {
        for (var i = 0; i < _count; i++)
        {
            if (JsonFields.AreSameText(_json[_members[i].Name], _json[name])) return i;
        }

        return -1;
    }
}
