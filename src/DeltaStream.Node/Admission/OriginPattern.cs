using System.Diagnostics.CodeAnalysis;

namespace DeltaStream.Node.Admission;

/// <summary>An entry of the allowed origins: one origin, or the origins of all subdomains, such as <c>https://*.example.com</c>.</summary>
internal sealed class OriginPattern
{
    private const string Wildcard = "*.";

    private readonly Origin _origin;
    private readonly bool _isWildcard;

    private OriginPattern(Origin origin, bool isWildcard) => (_origin, _isWildcard) = (origin, isWildcard);

    /// <summary>Reads <c>scheme://host[:port]</c>, where the host may begin with <c>*.</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out OriginPattern? pattern)
    {
        pattern = null;
        var at = text.IndexOf("://" + Wildcard, StringComparison.Ordinal);
        if (!Origin.TryParse(at < 0 ? text : text.Remove(at + 3, Wildcard.Length), out var origin)) return false;
        // A wildcard needs a domain below it: *.192.0.2.1 and *.[::1] have no subdomains.
        if (at >= 0 && (origin.Host.Length == 0 || origin.Host[0] is '[' or '.' || char.IsAsciiDigit(origin.Host[^1]))) return false;
        pattern = new OriginPattern(origin, at >= 0);
        return true;
    }

    /// <summary>Whether an origin fits. A wildcard stands for one or more labels, so the domain itself does not fit.</summary>
    public bool Fits(Origin origin)
    {
        if (!_isWildcard) return origin == _origin;
        if (origin.Scheme != _origin.Scheme || origin.Port != _origin.Port || origin.Host.Length <= _origin.Host.Length + 1) return false;
        var labels = origin.Host.AsSpan(0, origin.Host.Length - _origin.Host.Length);
        return origin.Host.EndsWith(_origin.Host, StringComparison.Ordinal) && labels[^1] == '.' && labels[0] != '.' && labels.IndexOf("..") < 0;
    }
}
