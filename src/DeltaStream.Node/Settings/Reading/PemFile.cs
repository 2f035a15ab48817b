using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeltaStream.Node.Settings.Reading;

/// <summary>Reads certificates and keys from the PEM files that settings name.</summary>
internal static class PemFile
{
    /// <summary>Reads all certificates of a file, at least one.</summary>
    /// <exception cref="SettingException">The file can't be read, or has no certificate.</exception>
    public static X509Certificate2Collection Certificates(this SettingReader reader, string path, string allowed) => reader.Load(path, allowed, file =>
    {
        var found = new X509Certificate2Collection();
        found.ImportFromPemFile(file);
        return found.Count > 0 ? found : throw new CryptographicException("no certificate in it");
    });

    /// <summary>Loads the file that a setting names.</summary>
    /// <exception cref="SettingException">The load failed; the message gives the reason.</exception>
    public static T Load<T>(this SettingReader reader, string path, string allowed, Func<string, T> load)
    {
        // The text of the load's exception would repeat the content, which may be secret.
        if (SettingException.IsContent(reader.Text(path))) throw reader.Wrong(path, $"{allowed}; the file's name, not what is in it");
        try
        {
            return load(reader.Text(path));
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw reader.Wrong(path, $"{allowed} ({e.Message.ReplaceLineEndings(" ")})");
        }
    }

    /// <summary>Whether an exception means that a file has the wrong content.</summary>
    public static bool IsFailure(Exception e) => e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}
