using Microsoft.AspNetCore.HttpOverrides;

namespace DeltaStream.Node.Admission;

/// <summary>The allowed origins, for CORS and for WebSocket handshakes.</summary>
internal sealed class OriginPolicy
{
    /// <summary>The origin of pages that have none: files, sandboxed frames.</summary>
    public const string Opaque = "null";

    /// <summary>Allows every origin.</summary>
    public static readonly OriginPolicy Any = new(true, false, []);

    private readonly bool _any;
    private readonly bool _opaque;
    private readonly IReadOnlyList<OriginPattern> _allowed;

    private OriginPolicy(bool any, bool opaque, IReadOnlyList<OriginPattern> allowed) => (_any, _opaque, _allowed) = (any, opaque, allowed);

    /// <summary>Allows the node's own origin and these: each an origin, a wildcard, or <c>null</c>.</summary>
    /// <returns>Null if a text is none of them.</returns>
    public static OriginPolicy? TryParse(IEnumerable<string> texts)
    {
        var (opaque, allowed) = (false, new List<OriginPattern>());
        foreach (var text in texts)
        {
            if (text == Opaque) opaque = true;
            else if (OriginPattern.TryParse(text, out var pattern)) allowed.Add(pattern);
            else return null;
        }
        return new(false, opaque, allowed);
    }

    /// <summary>Whether the request is allowed. A request without an origin does not come from a browser and is allowed.</summary>
    public bool Allows(HttpRequest request)
    {
        var text = request.Headers.Origin.ToString();
        // The response's header repeats the origin, so the origin must be a valid header value.
        if (text.AsSpan().ContainsAnyExceptInRange('!', '~')) return false;
        if (text.Length == 0 || _any) return true;
        if (text == Opaque) return _opaque;
        if (!Origin.TryParse(text, out var origin)) return false;
        foreach (var pattern in _allowed)
            if (pattern.Fits(origin)) return true;
        return IsOwn(origin, request);
    }

    /// <summary>
    /// Whether the origin is what the client asked for. Behind a trusted proxy the request has the scheme and the host that the
    /// proxy reports. A proxy that is not trusted may have terminated TLS without a sign, so plain http then also stands for https.
    /// </summary>
    private static bool IsOwn(Origin origin, HttpRequest request)
    {
        if (!origin.IsWeb || request.Host.Value is not { Length: > 0 } host) return false;
        var isKnown = request.IsHttps || request.Headers.ContainsKey(ForwardedHeadersDefaults.XOriginalProtoHeaderName);
        if (isKnown && origin.Scheme != request.Scheme) return false;
        return Origin.TryMake(origin.Scheme, host, out var own) && origin == own;
    }
}
