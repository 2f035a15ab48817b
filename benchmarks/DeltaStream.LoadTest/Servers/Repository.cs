namespace DeltaStream.LoadTest.Servers;

/// <summary>Where the built programs lie.</summary>
internal static class Repository
{
    public static readonly string Root = Find();

    public static string Build => AppContext.BaseDirectory.Contains("/Debug/") ? "Debug" : "Release";

    public static string Program(string project) =>
        Path.Combine(Root, project, "bin", Build, "net10.0", Path.GetFileName(project) + ".dll");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "DeltaStream.Akka.sln")))
                return folder.FullName;
        throw new InvalidOperationException("run from within the repository");
    }
}
