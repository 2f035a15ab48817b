using System.Text;

namespace DeltaStream.Abuse.Tests.Transport;

/// <summary>What must be in no output, in each form in which it could get there.</summary>
public sealed class Secrets
{
    private readonly List<string> _forms = [];

    /// <summary>A text: as it is, and as it stands in URLs, in base64 and in hexadecimal.</summary>
    public Secrets Add(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        _forms.AddRange([text, Uri.EscapeDataString(text), Convert.ToBase64String(bytes).TrimEnd('='), Convert.ToHexString(bytes), Convert.ToHexStringLower(bytes)]);
        return this;
    }

    /// <summary>A private key, line by line.</summary>
    public Secrets AddKey(string file)
    {
        _forms.AddRange(File.ReadAllLines(file).Where(line => line.Length >= 16 && !line.StartsWith("--", StringComparison.Ordinal)));
        return this;
    }

    /// <summary>Fails where one of them is in a text.</summary>
    public void AreNotIn(string text)
    {
        foreach (var form in _forms) Assert.DoesNotContain(form, text, StringComparison.OrdinalIgnoreCase);
    }
}
