namespace DeltaStream.Node.Admission;

/// <summary>The CORS headers of the transports. Refusals have them too, so that a browser's script can read the reason.</summary>
internal static class Cors
{
    /// <summary>
    /// Lets the request's origin read the response, with credentials. The header has the origin's exact name, never <c>*</c>.
    /// </summary>
    /// <returns>False if the origin is not allowed.</returns>
    public static bool Apply(HttpContext context, OriginPolicy origins)
    {
        var headers = context.Response.Headers;
        headers.Append("Vary", "Origin");
        if (!origins.Allows(context.Request)) return false;
        var origin = context.Request.Headers.Origin;
        if (origin.Count != 1) return true;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlAllowCredentials = "true";
        return true;
    }

    public static void AnswerPreflight(HttpContext context)
    {
        var asked = context.Request.Headers.AccessControlRequestHeaders;
        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = "GET, POST, OPTIONS";
        headers.AccessControlAllowHeaders = asked.Count == 1 && !asked.ToString().AsSpan().ContainsAnyExceptInRange(' ', '~') ? asked : "Content-Type";
        headers.AccessControlMaxAge = "600";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
