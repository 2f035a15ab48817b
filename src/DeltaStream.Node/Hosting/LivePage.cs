using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace DeltaStream.Node.Hosting;

/// <summary>The live page at <c>/</c>.</summary>
internal static class LivePage
{
    // What the page may do at all: its own files and its own WebSocket. The page says the same; only a header can forbid framing.
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
        // Kept by the browser but asked for each time: a new version of the gateway must not meet half of an old page.
        headers[HeaderNames.CacheControl] = "no-cache";
        headers[HeaderNames.ContentSecurityPolicy] = ContentSecurityPolicy;
        headers[HeaderNames.XContentTypeOptions] = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
    }
}
