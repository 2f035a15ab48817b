namespace DeltaStream.Actors.Views;

/// <summary>The last documents that clients of the node looked at, by which a version that a client names is found again.</summary>
/// <param name="size">How many are kept.</param>
internal sealed class ViewRecords(int size)
{
    private readonly Record[] _records = new Record[size];
    private int _count;

    public void Add(ulong document, double? centre, int step, bool isOrdered) => _records[_count++ % _records.Length] = new(document, centre ?? double.NaN, step, isOrdered);

    /// <summary>The newest version of a shape that has this name; null if there is none.</summary>
    /// <param name="name">The name.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="history">The history of the records.</param>
    public ViewVersion? Find(ulong name, ViewShape shape, object history)
    {
        for (var i = _count - 1; i >= Math.Max(0, _count - _records.Length); i--)
        {
            ref readonly var it = ref _records[i % _records.Length];
            double? centre = double.IsNaN(it.Centre) ? null : it.Centre;
            if (NameOf(it.Document, shape, centre) == name) return new(name) { Shape = shape, History = history, Step = it.Step, Centre = centre, IsOrdered = it.IsOrdered };
        }

        return null;
    }

    /// <summary>
    /// The name of a reduced document. It is the same on every node: the hash of the published document stands for its place in the
    /// feed, so that two nodes agree even if they heard it from two publishers.
    /// </summary>
    public static ulong NameOf(ulong document, ViewShape shape, double? centre)
    {
        var name = Mix(document ^ 0x9E3779B97F4A7C15) + shape.Reduction;
        if (shape.Window is { FollowsSpot: true }) name = Mix(name) + (ulong)BitConverter.DoubleToInt64Bits(centre ?? double.NaN);
        // Zero is the name of what is no version.
        return Math.Max(1, Mix(name));
    }

    // A good mixer of 64 bits: each bit of the input changes half of those of the output.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCD;
        value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53;
        return value ^ (value >> 33);
    }

    private readonly record struct Record(ulong Document, double Centre, int Step, bool IsOrdered);
}
