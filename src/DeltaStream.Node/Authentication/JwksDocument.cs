using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Authentication;

/// <summary>Where a JWKS is read from.</summary>
internal static class JwksDocument
{
    private const int LargestBytes = 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>What reads the document at this URL. It follows no redirect: the keys come from where the operator said.</summary>
    public static Func<CancellationToken, Task<string>> Reader(Uri url)
    {
        if (url.IsFile) return cancelled => File.ReadAllTextAsync(url.LocalPath, cancelled);
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) })
        {
            Timeout = Patience,
            MaxResponseContentBufferSize = LargestBytes,
        };
        return cancelled => http.GetStringAsync(url, cancelled);
    }

    /// <summary>Looks at a file before the node starts: what is wrong with it will not mend itself. A URL may come to answer later.</summary>
    /// <exception cref="SettingException">It can't be read, or holds no key that tokens can be checked with.</exception>
    public static void RefuseUnusable(Uri url)
    {
        if (!url.IsFile) return;
        try
        {
            if (JwksKeys.Parse(File.ReadAllText(url.LocalPath)).Length > 0) return;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Said below.
        }

        throw new SettingException("AUTH_JWT_JWKS", url.LocalPath, "an https URL, or a JWKS file with an RSA key of 2048 bits or more (RS256) or a P-256 key (ES256)");
    }
}
