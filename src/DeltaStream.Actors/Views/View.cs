namespace DeltaStream.Actors.Views;

/// <summary>What a subscription asks for beyond the published document (docs/protocol.md, "Views").</summary>
/// <param name="Shape">What reduces the document and how it is sent; <see cref="ViewShape.Whole"/> in rooms without chains.</param>
/// <param name="MaxRate">The greatest rate; null for every update.</param>
/// <param name="Status">True: the client gets <c>room_status</c>.</param>
/// <param name="Meta">True: the client gets version and time of receipt with each update.</param>
internal sealed record View(ViewShape Shape, RateClass? MaxRate = null, bool Status = false, bool Meta = false)
{
    /// <summary>A view in which nothing differs from a subscription without view fields.</summary>
    public static readonly View Whole = new(ViewShape.Whole);

    /// <summary>True if the client named both sides. They are granted as asked for, and reduce nothing.</summary>
    public bool NamesBothSides { get; init; }
}
