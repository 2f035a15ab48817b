using System.Text;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Authentication;

/// <summary>Reads the secrets of HS256 tokens.</summary>
internal static class TokenSecret
{
    /// <summary>The shortest secret for HS256, in bytes (RFC 7518, section 3.2).</summary>
    public const int ShortestBytes = 32;

    private const string Base64Prefix = "base64:";

    /// <summary>The secret's bytes: those of the text, or those that stand in base64 behind <c>base64:</c>.</summary>
    /// <param name="reader">The settings.</param>
    /// <param name="path">The path of the secret.</param>
    /// <returns>Null if the setting is empty.</returns>
    /// <exception cref="SettingException">The secret is too short, or is not base64.</exception>
    public static byte[]? Read(SettingReader reader, string path)
    {
        var text = reader.Text(path);
        if (text.Length == 0) return null;
        var bytes = text.StartsWith(Base64Prefix, StringComparison.Ordinal) ? Decode(text[Base64Prefix.Length..]) : Encoding.UTF8.GetBytes(text);
        if (bytes is null) throw Wrong(path, $"base64 behind {Base64Prefix}");
        return bytes.Length >= ShortestBytes ? bytes : throw Wrong(path, $"at least {ShortestBytes} bytes, as HS256 demands; it has {bytes.Length}");
    }

    /// <summary>The exception for a secret, whose value is not shown.</summary>
    public static SettingException Wrong(string path, string allowed) => new(SettingVariable.NameOf(path), "***", allowed);

    private static byte[]? Decode(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
