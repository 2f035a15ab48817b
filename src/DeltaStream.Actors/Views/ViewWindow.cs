namespace DeltaStream.Actors.Views;

/// <summary>Which rows of a chain a view has.</summary>
internal abstract record ViewWindow
{
    private ViewWindow()
    {
    }

    /// <summary>True if the window depends on the chain's centre.</summary>
    public virtual bool FollowsSpot => false;

    /// <summary>The strikes of the window.</summary>
    /// <param name="grid">All strikes of the chain, ascending and distinct.</param>
    /// <param name="centre">The chain's centre; null if the grid is empty.</param>
    public abstract StrikeRange In(ReadOnlySpan<double> grid, double? centre);

    /// <summary>So many strikes of the grid below the centre and above it.</summary>
    internal sealed record Atm(int Below, int Above) : ViewWindow
    {
        public override bool FollowsSpot => true;

        public override StrikeRange In(ReadOnlySpan<double> grid, double? centre)
        {
            var at = centre is { } strike ? grid.BinarySearch(strike) : -1;
            return at < 0 ? StrikeRange.Empty : new(grid[Math.Max(0, at - Below)], grid[Math.Min(grid.Length - 1, at + Above)]);
        }
    }

    /// <summary>The strikes within so many percent of the centre.</summary>
    internal sealed record Percent(double Most) : ViewWindow
    {
        public override bool FollowsSpot => true;

        public override StrikeRange In(ReadOnlySpan<double> grid, double? centre)
        {
            if (centre is not { } strike) return StrikeRange.Empty;
            var most = Math.Abs(strike) * Most / 100;
            return new(strike - most, strike + most);
        }
    }

    internal sealed record Between(double Low, double High) : ViewWindow
    {
        public override StrikeRange In(ReadOnlySpan<double> grid, double? centre) => new(Low, High);
    }

    /// <param name="Strikes">The strikes, ascending and distinct.</param>
    internal sealed record Listed(double[] Strikes) : ViewWindow
    {
        private readonly StrikeRange _range = new(Strikes[0], Strikes[^1], Strikes);

        public override StrikeRange In(ReadOnlySpan<double> grid, double? centre) => _range;
    }
}

/// <summary>The strikes of a window over one document.</summary>
/// <param name="Low">The lowest strike, inclusive.</param>
/// <param name="High">The highest strike, inclusive.</param>
/// <param name="Only">The only strikes between them, ascending; null for all.</param>
internal readonly record struct StrikeRange(double Low, double High, double[]? Only = null)
{
    public static readonly StrikeRange All = new(double.NegativeInfinity, double.PositiveInfinity);

    public static readonly StrikeRange Empty = new(double.PositiveInfinity, double.NegativeInfinity);

    public bool Contains(double strike) =>
        strike >= Low && strike <= High && (Only is null || Array.BinarySearch(Only, strike) >= 0);
}
