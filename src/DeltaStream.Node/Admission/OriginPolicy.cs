namespace DeltaStream.Node.Admission;

/// <summary>Which origins are let in, for CORS and for WebSocket handshakes alike.</summary>
public sealed class OriginPolicy
{
    /// <summary>All origins.</summary>
    public static readonly OriginPolicy Any = new(true, []);

    private readonly bool _any;
    private readonly HashSet<string> _allowed;

    private OriginPolicy(bool any, IEnumerable<string> allowed)
    {
        _any = any;
        _allowed = new HashSet<string>(allowed, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The node's own origin and these, each as <c>scheme://host[:port]</c>.</summary>
    public static OriginPolicy Only(IEnumerable<string> origins) => new(false, origins);

    /// <summary>Whether the request may come in. One without an origin comes from no browser, and may.</summary>
    public bool Allows(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        // The answer names it; what can't stand in a header is no origin.
        if (origin.AsSpan().ContainsAnyExceptInRange('!', '~')) return false;
        return origin.Length == 0 || _any || _allowed.Contains(origin) || IsOwn(origin, request.Host);
    }

    // By host and port alone: behind a proxy that ends TLS the schemes differ.
    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && host.HasValue && string.Equals(uri.Authority, host.Value, StringComparison.OrdinalIgnoreCase);
}
