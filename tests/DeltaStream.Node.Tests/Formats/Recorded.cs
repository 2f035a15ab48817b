using System.Runtime.CompilerServices;

namespace DeltaStream.Node.Tests.Formats;

/// <summary>
/// The bytes that nodes say to each other and keep in Redis: one file of hexadecimal digits for each message, in
/// <c>Formats/Recorded</c>. A later version may add fields behind the last one; then nodes of both versions can share a cluster, and
/// both the old and the new file are kept. After any other change they can't, and the files are recorded anew:
/// <code>RECORD_FORMATS=1 dotnet test tests/DeltaStream.Node.Tests --filter "FullyQualifiedName~Formats"</code>
/// The specs that read the files pass from the next run on.
/// </summary>
internal static class Recorded
{
    private const int DigitsPerLine = 100;

    private static readonly bool Records = Environment.GetEnvironmentVariable("RECORD_FORMATS") == "1";

    /// <summary>The names of all recorded messages.</summary>
    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder(), "*.hex").Select(file => Path.GetFileNameWithoutExtension(file));

    /// <summary>Fails where these are not the recorded bytes; records them where that was asked for.</summary>
    public static void AssertIs(string name, byte[] bytes)
    {
        var digits = Convert.ToHexStringLower(bytes);
        if (Records) File.WriteAllLines(PathOf(name), digits.Chunk(DigitsPerLine).Select(line => new string(line)));
        Assert.Equal(Convert.ToHexStringLower(Read(name)), digits);
    }

    /// <summary>The recorded bytes.</summary>
    public static byte[] Read(string name) => Convert.FromHexString(string.Concat(File.ReadAllLines(PathOf(name))));

    private static string PathOf(string name) => Path.Combine(Folder(), name + ".hex");

    private static string Folder([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "Recorded");
}
