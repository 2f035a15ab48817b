namespace DeltaStream.Node.Admission;

/// <summary>The CORS headers of the transports: on refusals too, or a browser could not read why it was refused.</summary>
internal static class Cors
{
    /// <summary>Lets the request's origin read the response, with credentials: its exact name, never <c>*</c>.</summary>
    /// <returns>False where the origin is not let in.</returns>
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

    /// <summary>Answers a preflight request.</summary>
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
