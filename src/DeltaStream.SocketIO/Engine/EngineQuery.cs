namespace DeltaStream.SocketIO.Engine;

/// <summary>The query parameters of the protocol.</summary>
internal readonly record struct EngineQuery(string? Version, string? Transport, string? Sid)
{
    public static EngineQuery Parse(string? query)
    {
        string? version = null, transport = null, sid = null;
        var rest = query.AsSpan().TrimStart('?');
        foreach (var range in rest.Split('&'))
        {
            var pair = rest[range];
            var equals = pair.IndexOf('=');
            if (equals <= 0) continue;
            var value = pair[(equals + 1)..];
            switch (pair[..equals])
            {
                case "EIO": version ??= Decode(value); break;
                case "transport": transport ??= Decode(value); break;
                // An empty sid counts as absent, as on the reference server.
                case "sid" when !value.IsEmpty: sid ??= Decode(value); break;
            }
        }
        return new EngineQuery(version, transport, sid);
    }

    private static string Decode(ReadOnlySpan<char> value) => Uri.UnescapeDataString(value);
}
