namespace DeltaStream.TestSupport;

/// <summary>A file of HOCON settings for a node, gone with the test.</summary>
public sealed class HoconFile : IDisposable
{
    private HoconFile(string settings) => File.WriteAllText(Name, settings);

    public string Name { get; } = Path.GetTempFileName();

    /// <summary>What a node is set to that reads it.</summary>
    public (string Name, string? Value) Variable => ("HOCON_FILE", Name);

    /// <summary>A file of these settings.</summary>
    public static HoconFile Of(string settings) => new(settings);

    /// <summary>A file of the settings that nodes of tests have, and of these.</summary>
    public static HoconFile Beside(string settings) => new(File.ReadAllText(Repository.PathOf("hocon", "test.conf")) + "\n" + settings + "\n");

    public void Dispose() => File.Delete(Name);
}
