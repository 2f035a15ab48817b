using DeltaStream.Node.Hosting;

namespace DeltaStream.Node.Tests.Hosting;

public sealed class BuildInfoSpecs
{
    [Theory]
    [InlineData("0.1.0+49df17dff89a", "0.1.0", "49df17dff89a")]
    [InlineData("0.1.0-beta.1", "0.1.0-beta.1", "unknown")]
    [InlineData("", "unknown", "unknown")]
    public void The_version_and_the_commit_stand_in_one_text(string text, string version, string commit) =>
        Assert.Equal(new BuildInfo(version, commit), BuildInfo.Parse(text));
}
