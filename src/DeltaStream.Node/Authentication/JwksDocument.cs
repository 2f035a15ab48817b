using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Authentication;

/// <summary>Reads a JWKS from a URL or a file.</summary>
internal static class JwksDocument
{
    private const int LargestBytes = 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Returns a function that reads the document at this URL. It follows no redirect: the keys must come from the place that the
    /// operator set.
    /// </summary>
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

    /// <summary>
    /// Checks a JWKS file before the node starts, because a wrong file does not mend itself. A URL is not checked: it may answer
    /// later.
    /// </summary>
    /// <exception cref="SettingException">The file can't be read, or has no usable key.</exception>
    public static void RefuseUnusable(Uri url)
    {
        if (!url.IsFile) return;
        try
        {
            if (JwksKeys.Parse(File.ReadAllText(url.LocalPath)).Length > 0) return;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The code below throws.
        }

        throw new SettingException("AUTH_JWT_JWKS", url.LocalPath, "an https URL, or a JWKS file with an RSA key of 2048 bits or more (RS256) or a P-256 key (ES256)");
    }
}
