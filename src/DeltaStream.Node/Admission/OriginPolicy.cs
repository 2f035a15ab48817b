namespace DeltaStream.Node.Admission;

/// <summary>Which origins are let in, for CORS and for WebSocket handshakes.</summary>
internal sealed class OriginPolicy
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

    /// <summary>Whether the request may come in. A request without an origin does not come from a browser, and may.</summary>
    public bool Allows(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        // The answer names it, so it must be able to stand in a header.
        if (origin.AsSpan().ContainsAnyExceptInRange('!', '~')) return false;
        return origin.Length == 0 || _any || _allowed.Contains(origin) || IsOwn(origin, request.Host);
    }

    // By host and port alone: behind a proxy that ends TLS the schemes differ.
    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && host.HasValue && string.Equals(uri.Authority, host.Value, StringComparison.OrdinalIgnoreCase);
}
