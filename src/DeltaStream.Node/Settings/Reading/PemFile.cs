using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeltaStream.Node.Settings.Reading;

/// <summary>Reads certificates and keys from PEM files that a setting names.</summary>
internal static class PemFile
{
    /// <summary>All certificates of a file, at least one.</summary>
    /// <exception cref="SettingException">It can't be read, or holds none.</exception>
    public static X509Certificate2Collection Certificates(this SettingReader reader, string path, string allowed) => reader.Load(path, allowed, file =>
    {
        var found = new X509Certificate2Collection();
        found.ImportFromPemFile(file);
        return found.Count > 0 ? found : throw new CryptographicException("no certificate in it");
    });

    /// <summary>What is made of the file that a setting names.</summary>
    /// <exception cref="SettingException">It could not be made; the line says why.</exception>
    public static T Load<T>(this SettingReader reader, string path, string allowed, Func<string, T> load)
    {
        // The exception's text would repeat it.
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

    /// <summary>Whether an exception says that a file is not what it should be.</summary>
    public static bool IsFailure(Exception e) => e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}
