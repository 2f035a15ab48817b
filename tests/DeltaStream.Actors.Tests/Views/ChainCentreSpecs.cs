using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Tests.Views;

/// <summary>Where windows lie that follow the spot.</summary>
public sealed class ChainCentreSpecs
{
    private static readonly double[] Grid = [100, 110, 120, 140];

    private ChainCentre _centre;

    [Theory]
    [InlineData(104.9, 100)]
    [InlineData(105.0, 100)]
    [InlineData(105.1, 110)]
    [InlineData(130.0, 120)]
    [InlineData(-1e9, 100)]
    [InlineData(1e9, 140)]
    public void The_centre_is_the_strike_nearest_to_the_spot_and_the_lower_of_two(double spot, double centre) => Assert.Equal(centre, Move(spot));

    [Fact]
    public void It_moves_late_when_the_spot_is_past_the_middle_by_more_than_a_quarter()
    {
        Move(110);

        Assert.Equal(110, Move(117.5));
        Assert.Equal(120, Move(117.6));
        Assert.Equal(120, Move(112.5));
        Assert.Equal(110, Move(112.4));
        Assert.Equal(120, Move(118));
        Assert.Equal(120, Move(135));
        Assert.Equal(140, Move(135.1));
    }

    [Fact]
    public void It_moves_over_several_strikes_at_once()
    {
        Move(100);

        Assert.Equal(140, Move(200));
    }

    [Fact]
    public void It_moves_when_its_strike_has_gone()
    {
        Move(110);
        _centre.Move(112, [100, 120, 140]);

        Assert.Equal(120, _centre.Strike);
    }

    [Fact]
    public void Without_a_spot_it_is_the_lower_middle_of_the_grid_until_one_is_known()
    {
        Assert.Equal(110, Move(null));
        _centre.Move(null, [100, 110, 120]);
        Assert.Equal(110, _centre.Strike);
        _centre.Move(null, [120, 140]);
        Assert.Equal(120, _centre.Strike);

        Assert.Equal(140, Move(138));
        Assert.Equal(140, Move(null));
        _centre.Move(null, [100, 110]);
        Assert.Equal(110, _centre.Strike);
    }

    [Fact]
    public void An_empty_grid_has_none()
    {
        Move(110);
        _centre.Move(111, []);

        Assert.Null(_centre.Strike);
        Assert.Equal(110, Move(null));
    }

    private double? Move(double? spot)
    {
        _centre.Move(spot, Grid);
        return _centre.Strike;
    }
}
