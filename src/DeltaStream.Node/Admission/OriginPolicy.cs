namespace DeltaStream.Node.Admission;

/// <summary>The allowed origins, for CORS and for WebSocket handshakes.</summary>
internal sealed class OriginPolicy
{
    /// <summary>Allows every origin.</summary>
    public static readonly OriginPolicy Any = new(true, []);

    private readonly bool _any;
    private readonly HashSet<string> _allowed;

    private OriginPolicy(bool any, IEnumerable<string> allowed)
    {
        _any = any;
        _allowed = new HashSet<string>(allowed, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Allows the node's own origin and these origins, each as <c>scheme://host[:port]</c>.</summary>
    public static OriginPolicy Only(IEnumerable<string> origins) => new(false, origins);

    /// <summary>Whether the request is allowed. A request without an origin does not come from a browser and is allowed.</summary>
    public bool Allows(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        // The response's header repeats the origin, so the origin must be a valid header value.
        if (origin.AsSpan().ContainsAnyExceptInRange('!', '~')) return false;
        return origin.Length == 0 || _any || _allowed.Contains(origin) || IsOwn(origin, request.Host);
    }

    // Compares host and port only: behind a proxy that terminates TLS the schemes differ.
    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && host.HasValue && string.Equals(uri.Authority, host.Value, StringComparison.OrdinalIgnoreCase);
}
