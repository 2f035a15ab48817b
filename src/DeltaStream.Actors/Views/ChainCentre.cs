namespace DeltaStream.Actors.Views;

/// <summary>
/// The strike around which windows lie. It moves late, when the spot is clearly nearer to another strike, so that a spot between
/// two strikes does not move all windows at each tick.
/// </summary>
internal struct ChainCentre
{
    private double? _spot;
    private bool _isBySpot;

    /// <summary>The centre; null if the chain has no strikes.</summary>
    public double? Strike { get; private set; }

    /// <summary>Moves the centre by the next document.</summary>
    /// <param name="spot">The document's spot; null if it has none.</param>
    /// <param name="grid">Its strikes, ascending and distinct.</param>
    public void Move(double? spot, ReadOnlySpan<double> grid)
    {
        _spot = spot ?? _spot;
        if (grid.IsEmpty)
        {
            Strike = null;
        }
        else if (_spot is not { } known)
        {
            Strike = grid[(grid.Length - 1) / 2];
        }
        else if (!_isBySpot || IsPast(known, grid))
        {
            (Strike, _isBySpot) = (Nearest(known, grid), true);
        }
    }

    /// <summary>True if the spot is past the middle to the next strike by more than a quarter of the distance, or the centre has gone.</summary>
    private readonly bool IsPast(double spot, ReadOnlySpan<double> grid)
    {
        var at = Strike is { } strike ? grid.BinarySearch(strike) : -1;
        if (at < 0) return true;
        var centre = grid[at];
        if (spot > centre) return at + 1 < grid.Length && spot > (centre + grid[at + 1]) / 2 + (grid[at + 1] - centre) / 4;
        return at > 0 && spot < (grid[at - 1] + centre) / 2 - (centre - grid[at - 1]) / 4;
    }

    private static double Nearest(double spot, ReadOnlySpan<double> grid)
    {
        var at = grid.BinarySearch(spot);
        if (at >= 0) return grid[at];
        at = ~at;
        if (at == 0) return grid[0];
        if (at == grid.Length) return grid[^1];
        return spot - grid[at - 1] <= grid[at] - spot ? grid[at - 1] : grid[at];
    }
}
