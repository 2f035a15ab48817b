using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Formats;

/// <summary>
/// The bytes of every message between nodes, and of what they keep in Redis: one file of hexadecimal digits for each, in
/// <c>Formats/Recorded</c>. Nodes of two versions can share a cluster as long as fields are only added behind the last one. After an
/// intended change the files are recorded again; the specs that read them pass from the next run on:
/// <code>RECORD_FORMATS=1 dotnet test tests/DeltaStream.Node.Tests --filter "FullyQualifiedName~Formats"</code>
/// </summary>
internal static class Recorded
{
    private const int DigitsPerLine = 100;

    private static readonly string Folder = Repository.PathOf("tests", "DeltaStream.Node.Tests", "Formats", "Recorded");
    private static readonly bool Records = Environment.GetEnvironmentVariable("RECORD_FORMATS") == "1";

    /// <summary>The names of all recorded messages.</summary>
    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.hex").Select(file => Path.GetFileNameWithoutExtension(file));

    /// <summary>Fails where these are not the recorded bytes; records them where that was asked for.</summary>
    public static void AssertIs(string name, byte[] bytes)
    {
        var digits = Convert.ToHexStringLower(bytes);
        if (Records) File.WriteAllLines(PathOf(name), digits.Chunk(DigitsPerLine).Select(line => new string(line)));
        Assert.Equal(Convert.ToHexStringLower(Read(name)), digits);
    }

    /// <summary>The recorded bytes.</summary>
    public static byte[] Read(string name) => Convert.FromHexString(string.Concat(File.ReadAllLines(PathOf(name))));

    private static string PathOf(string name) => Path.Combine(Folder, name + ".hex");
}
