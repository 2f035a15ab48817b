using DeltaStream.Node.Settings.Reading;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace DeltaStream.Node.Settings;

/// <summary>A setting with its value and the place that sets it.</summary>
/// <param name="Name">The variable, or the HOCON path if there is no variable.</param>
/// <param name="Value">The value in a form for terminals: secrets are masked.</param>
/// <param name="Source">Where the value stands; <see cref="SettingOrigins.Default"/> if nothing sets it.</param>
internal sealed record EffectiveSetting(string Name, string Value, string Source);

/// <summary>Tells where each setting has its value from.</summary>
internal static class SettingOrigins
{
    /// <summary>The source of a value that nothing sets.</summary>
    public const string Default = "default";

    /// <summary>All settings, sorted by name.</summary>
    /// <param name="configuration">The host's configuration: environment and <c>appsettings.json</c>.</param>
    /// <param name="folder">The folder of <c>reference.conf</c> and <c>node.conf</c>.</param>
    /// <exception cref="SettingException">A file can't be read, or a key is unknown.</exception>
    public static IReadOnlyList<EffectiveSetting> Read(IConfigurationRoot configuration, string folder)
    {
        var layers = SettingSources.ReadLayers(configuration, folder);
        var reader = new SettingReader(layers.All);
        return
        [
            .. layers.Known.Select(path => new EffectiveSetting(SettingVariable.NameOf(path), Mask(path, reader.Text(path)), SourceOf(path)))
                .OrderBy(setting => setting.Name, StringComparer.Ordinal),
        ];

        string SourceOf(string path) =>
            SourceInHost(configuration, path)
            ?? (!layers.File.IsEmpty && layers.File.HasPath(path) ? $"{SettingVariable.HoconFile} {configuration[SettingVariable.HoconFile]}" : Default);
    }

    /// <summary>The value as it may be shown.</summary>
    internal static string Mask(string path, string text)
    {
        if (text.Length == 0) return text;
        if (path.EndsWith("-secret", StringComparison.Ordinal) || path.EndsWith("-secret-previous", StringComparison.Ordinal)) return "***";
        if (path == "deltastream.redis.url") return MaskRedis(text);
        // A file's content in place of its name; the query of a URL may hold a key.
        if (SettingException.IsContent(text)) return "***";
        return path == "deltastream.auth.jwt-jwks" && Uri.TryCreate(text, UriKind.Absolute, out var url) && !url.IsFile
            ? url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : text;
    }

    private static string MaskRedis(string text)
    {
        try
        {
            return RedisUrlReader.Read(text).ToString();
        }
        catch (FormatException)
        {
            return RedisUrlMask.Mask(text);
        }
    }

    private static string? SourceInHost(IConfigurationRoot configuration, string path)
    {
        var variable = SettingVariable.NameOf(path);
        if (SecretFile.Variables.Contains(variable) && configuration[SecretFile.NameOf(variable)] is { Length: > 0 } file)
            return $"{SecretFile.NameOf(variable)} {file}";
        if (variable != path && configuration[variable] is { Length: > 0 }) return SourceOf(configuration, variable);
        return KeyOf(configuration, path) is { } key ? SourceOf(configuration, key) : null;
    }

    /// <summary>The key that sets a path. A name in capitals and underscores comes from the environment, and takes precedence.</summary>
    private static string? KeyOf(IConfigurationRoot configuration, string path)
    {
        string? exact = null;
        foreach (var (key, value) in configuration.GetSection("deltastream").AsEnumerable())
        {
            if (value is null) continue;
            var plain = key.Replace(':', '.');
            if (plain == path) exact = key;
            else if (plain.ToLowerInvariant().Replace('_', '-') == path) return key;
        }

        return exact;
    }

    private static string SourceOf(IConfigurationRoot configuration, string key)
    {
        var provider = configuration.Providers.LastOrDefault(provider => provider.TryGet(key, out var value) && value is not null);
        return provider switch
        {
            EnvironmentVariablesConfigurationProvider => "environment",
            FileConfigurationProvider { Source.Path: { } file } => file,
            _ => "host",
        };
    }
}
