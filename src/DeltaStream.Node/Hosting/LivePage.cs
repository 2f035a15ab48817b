using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace DeltaStream.Node.Hosting;

/// <summary>The live page at <c>/</c>.</summary>
internal static class LivePage
{
    // The page may use only its own files and its own WebSocket. The page has the same policy as a meta element, but only a header
    // can forbid framing.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Serves the files of <c>wwwroot</c>.</summary>
    public static void UseLivePage(this WebApplication app)
    {
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = Protect });
    }

    private static void Protect(StaticFileResponseContext response)
    {
        var headers = response.Context.Response.Headers;
        // The browser caches the files but revalidates them each time, so that it never mixes files of two versions of the gateway.
        headers[HeaderNames.CacheControl] = "no-cache";
        headers[HeaderNames.ContentSecurityPolicy] = ContentSecurityPolicy;
        headers[HeaderNames.XContentTypeOptions] = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
    }
}
