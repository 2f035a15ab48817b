using DeltaStream.LoadTest.Servers;

namespace DeltaStream.Load.Tests;

public sealed class FootprintSpecs
{
    [Theory]
    [InlineData(0, new double[] { })]
    [InlineData(0, new double[] { 200 })]
    [InlineData(0, new double[] { 200, 200, 200 })]
    [InlineData(6, new double[] { 200, 201, 202, 203 })]
    [InlineData(0, new double[] { 200, 210, 210, 200 })]
    public void The_rise_of_the_memory_is_the_slope_of_all_samples(double megabytesAMinute, double[] sizes) =>
        Assert.Equal(megabytesAMinute, Footprint.Slope([.. sizes.Select((size, i) =>
            new Footprint.Sample(TimeSpan.FromSeconds(10 * i), size, 0, 0, 0, 0, 0, 0, 0, 0, 0))]), 6);
}
