using System.Text;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace DeltaStream.Node.Settings.Reading;

/// <summary>
/// Merges the four sources, in order of precedence: the environment, <c>appsettings.json</c> (both from the host's configuration),
/// the file that <c>HOCON_FILE</c> names, and <c>reference.conf</c>.
/// </summary>
internal static class SettingSources
{
    private const string Root = "deltastream";

    /// <summary>
    /// Loads the effective settings: all of them, and those that are not the gateway's own, for example <c>akka.*</c>. Akka.NET
    /// gets only the second part, because it can be told to log its whole configuration and the gateway's settings include secrets.
    /// </summary>
    /// <param name="configuration">The host's configuration.</param>
    /// <param name="folder">The folder of <c>reference.conf</c> and <c>node.conf</c>.</param>
    /// <exception cref="SettingException">A file can't be read, or a key is unknown.</exception>
    public static (Config All, Config Akka) Load(IConfiguration configuration, string folder)
    {
        var layers = ReadLayers(configuration, folder);
        return (layers.All, WithoutOwn(layers.File).SafeWithFallback(layers.Node));
    }

    /// <summary>Reads and checks the layers, one for each kind of source.</summary>
    /// <exception cref="SettingException">A file can't be read, or a key is unknown.</exception>
    public static SettingLayers ReadLayers(IConfiguration configuration, string folder)
    {
        var reference = Parse(Path.Combine(folder, "reference.conf"));
        var node = Parse(Path.Combine(folder, "node.conf"));
        var known = PathsOf(reference).ToHashSet();
        var file = configuration[SettingVariable.HoconFile] is { Length: > 0 } path ? Parse(path) : Config.Empty;
        NearMiss.Refuse(configuration);
        var host = FromHost(configuration, known);
        foreach (var layer in new[] { file, host }) RefuseUnknown(layer, known);
        return new SettingLayers(host.SafeWithFallback(file).SafeWithFallback(reference).SafeWithFallback(node), file, node, known);
    }

    private static Config WithoutOwn(Config layer)
    {
        if (layer.IsEmpty) return layer;
        var others = new HoconObject();
        foreach (var (key, item) in layer.Root.GetObject().Items)
            if (key != Root) others.Items.Add(key, item);
        if (others.Items.Count == 0) return Config.Empty;
        var root = new HoconValue();
        root.AppendValue(others);
        return new Config(new HoconRoot(root));
    }

    private static Config Parse(string path)
    {
        try
        {
            return ConfigurationFactory.ParseString(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingException(SettingVariable.HoconFile, path, "a file that can be read");
        }
        catch (Exception)
        {
            // The parser throws exceptions of many types, from FormatException to NullReferenceException.
            throw new SettingException(SettingVariable.HoconFile, path, "a file in HOCON (note: no comma after a closing brace)");
        }
    }

    private static Config FromHost(IConfiguration configuration, HashSet<string> known)
    {
        var text = new StringBuilder();
        foreach (var (path, value) in KeysOf(configuration, known)) Append(text, path, value);
        foreach (var (variable, path) in SettingVariable.Paths)
        {
            if (SecretFile.Read(configuration, variable) is not { } value) continue;
            ServiceLink.Refuse(variable, value);
            Append(text, path, value);
        }
        return text.Length == 0 ? Config.Empty : ConfigurationFactory.ParseString(text.ToString());
    }

    /// <summary>
    /// The settings under <see cref="Root"/> by their paths. A shell can't export a name with a hyphen, and many write variables in
    /// capitals. Such names come from the environment alone, so they come last and take precedence.
    /// </summary>
    private static IEnumerable<(string Path, string Value)> KeysOf(IConfiguration configuration, HashSet<string> known)
    {
        var exported = new List<(string, string)>();
        foreach (var (key, value) in configuration.GetSection(Root).AsEnumerable())
        {
            if (value is null) continue;
            var path = key.Replace(':', '.');
            var plain = path.ToLowerInvariant().Replace('_', '-');
            if (known.Contains(path) || !known.Contains(plain)) yield return (path, value);
            else exported.Add((plain, value));
        }
        foreach (var pair in exported) yield return pair;
    }

    private static void Append(StringBuilder text, string path, string value) =>
        text.Append(path).Append(" = \"").Append(value.Replace("\\", "\\\\").Replace("\"", "\\\"")
            .Replace("\n", "\\n").Replace("\r", "\\r").Replace("\t", "\\t")).Append("\"\n");

    private static void RefuseUnknown(Config layer, HashSet<string> known)
    {
        if (PathsOf(layer).FirstOrDefault(path => !known.Contains(path)) is { } unknown)
            throw new SettingException(unknown, "…", "there is no such setting; reference.conf lists them all");
    }

    private static IEnumerable<string> PathsOf(Config config) =>
        config.IsEmpty || !config.HasPath(Root) ? [] : PathsOf(config.GetValue(Root), Root);

    private static IEnumerable<string> PathsOf(HoconValue value, string path) => value.IsObject()
        ? value.GetObject().Items.SelectMany(item => PathsOf(item.Value, $"{path}.{item.Key}"))
        : [path];
}

/// <summary>The settings by the kind of their source.</summary>
/// <param name="All">The effective settings.</param>
/// <param name="File">Those of the file that <c>HOCON_FILE</c> names.</param>
/// <param name="Node">Those of <c>node.conf</c>.</param>
/// <param name="Known">The paths of all settings of the gateway.</param>
internal sealed record SettingLayers(Config All, Config File, Config Node, IReadOnlySet<string> Known);
