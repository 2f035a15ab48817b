namespace DeltaStream.TestSupport;

/// <summary>Certificates of an authority of their own, made by <c>scripts/make-certificates</c> and gone with the test.</summary>
public sealed class Certificates : IDisposable
{
    private readonly string _folder;

    private Certificates(string folder) => _folder = folder;

    public string Authority => PathOf("ca.pem");

    /// <summary>Makes them.</summary>
    /// <param name="names">What the certificates are called; <c>node</c> where none is named.</param>
    public static Task<Certificates> MakeAsync(params string[] names) => MakeForAsync(365, names);

    /// <summary>Makes certificates that are valid for so many days.</summary>
    public static async Task<Certificates> MakeForAsync(int days, params string[] names)
    {
        var folder = Directory.CreateTempSubdirectory("certificates-").FullName;
        var made = await Command.RunAsync(Repository.Root, TimeSpan.FromMinutes(1), [("DAYS", $"{days}")], [Repository.PathOf("scripts", "make-certificates"), folder, .. names]);
        if (made.ExitCode != 0) throw new InvalidOperationException(made.Output);
        return new Certificates(folder);
    }

    public string Certificate(string name = "node") => PathOf(name + ".pem");

    public string Key(string name = "node") => PathOf(name + ".key");

    /// <summary>What a node of the cluster is set to.</summary>
    public (string Name, string? Value)[] Variables(string name = "node") =>
        [("CLUSTER_TLS_CERTIFICATE", Certificate(name)), ("CLUSTER_TLS_KEY", Key(name)), ("CLUSTER_TLS_CA", Authority)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string PathOf(string file) => Path.Combine(_folder, file);
}
