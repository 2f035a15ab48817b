using DeltaStream.Node.Admission;
using Microsoft.AspNetCore.Http;

namespace DeltaStream.Node.Tests.Admission;

/// <summary>Which origins a setting lets in, and which origin is the node's own.</summary>
public sealed class OriginPolicySpecs
{
    [Theory]
    [InlineData("https://desk.example", "https://desk.example", true)]
    [InlineData("https://desk.example", "HTTPS://Desk.Example", true)]
    [InlineData("https://desk.example", "https://desk.example:443", true)]
    [InlineData("https://desk.example:443", "https://desk.example", true)]
    [InlineData("http://desk.example:80", "http://desk.example", true)]
    [InlineData("https://desk.example", "https://desk.example:80", false)]
    [InlineData("https://desk.example", "http://desk.example", false)]
    [InlineData("https://desk.example", "https://desk.example.evil.example", false)]
    [InlineData("https://desk.example", "https://desk.example/", false)]
    [InlineData("https://desk.example", "https://desk.example@evil.example", false)]
    [InlineData("https://desk.example", "https://", false)]
    [InlineData("https://desk.example", "null", false)]
    [InlineData("http://[::1]:8002", "http://[::1]:8002", true)]
    [InlineData("http://[::1]:8002", "http://[::2]:8002", false)]
    [InlineData("null", "null", true)]
    [InlineData("null", "https://desk.example", false)]
    [InlineData("capacitor://localhost", "capacitor://localhost", true)]
    [InlineData("capacitor://localhost", "capacitor://localhost:443", false)]
    [InlineData("capacitor://localhost", "ionic://localhost", false)]
    [InlineData("capacitor://localhost", "capacitor://localhost.evil.example", false)]
    [InlineData("chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop", true)]
    [InlineData("file://", "file://", true)]
    [InlineData("file://", "file://host", false)]
    [InlineData("https://*.desk.example", "https://a.desk.example", true)]
    [InlineData("https://*.desk.example", "https://a.b.desk.example", true)]
    [InlineData("https://*.desk.example", "https://A.Desk.Example", true)]
    [InlineData("https://*.desk.example", "https://desk.example", false)]
    [InlineData("https://*.desk.example", "https://.desk.example", false)]
    [InlineData("https://*.desk.example", "https://a..desk.example", false)]
    [InlineData("https://*.desk.example", "https://evildesk.example", false)]
    [InlineData("https://*.desk.example", "https://a.desk.example.evil.example", false)]
    [InlineData("https://*.desk.example", "https://evil.example/.desk.example", false)]
    [InlineData("https://*.desk.example", "https://evil.example#.desk.example", false)]
    [InlineData("https://*.desk.example", "https://a.desk.example:8443", false)]
    [InlineData("https://*.desk.example", "http://a.desk.example", false)]
    [InlineData("https://*.desk.example:8443", "https://a.desk.example:8443", true)]
    [InlineData("app://*.desk.example", "app://a.desk.example", true)]
    [InlineData("https://one.example,https://two.example", "https://two.example", true)]
    public void An_origin_is_allowed_if_an_entry_matches(string setting, string origin, bool isLetIn) =>
        Assert.Equal(isLetIn, OriginPolicy.TryParse(setting.Split(','))!.Allows(Request("http", "node:8002", origin)));

    [Theory]
    [InlineData("desk.example")]
    [InlineData("https://")]
    [InlineData("https://desk.example/")]
    [InlineData("https://desk.example/path")]
    [InlineData("https://user@desk.example")]
    [InlineData("https://desk.example:0")]
    [InlineData("https://desk.example:port")]
    [InlineData("https://*")]
    [InlineData("https://*desk.example")]
    [InlineData("https://a.*.example")]
    [InlineData("https://*.*.example")]
    [InlineData("https://*.192.0.2.1")]
    [InlineData("https://*.[::1]")]
    [InlineData("*://desk.example")]
    [InlineData("1app://desk")]
    [InlineData("Null")]
    public void Text_that_is_not_an_origin_is_refused(string setting) => Assert.Null(OriginPolicy.TryParse([setting]));

    [Theory]
    [InlineData("http", "desk.example", null, "http://desk.example", true)]
    [InlineData("http", "desk.example:8002", null, "http://desk.example:8002", true)]
    // A proxy that is not trusted may have terminated TLS.
    [InlineData("http", "desk.example", null, "https://desk.example", true)]
    [InlineData("http", "desk.example:8443", null, "https://desk.example:8443", true)]
    [InlineData("https", "desk.example", null, "https://desk.example", true)]
    [InlineData("https", "desk.example:443", null, "https://desk.example", true)]
    [InlineData("https", "desk.example", null, "http://desk.example", false)]
    // A trusted proxy has said the scheme.
    [InlineData("http", "desk.example", "http", "https://desk.example", false)]
    [InlineData("https", "desk.example", "http", "https://desk.example", true)]
    [InlineData("http", "desk.example", null, "capacitor://desk.example", false)]
    [InlineData("http", "desk.example", null, "http://desk.example:8002", false)]
    [InlineData("http", "", null, "http://desk.example", false)]
    public void The_own_origin_is_the_host_that_the_client_requested(string scheme, string host, string? originalScheme, string origin, bool isOwn)
    {
        var request = Request(scheme, host, origin);
        if (originalScheme is not null) request.Headers["X-Original-Proto"] = originalScheme;
        Assert.Equal(isOwn, OriginPolicy.TryParse([])!.Allows(request));
    }

    [Theory]
    [InlineData("https://any.example", true)]
    [InlineData("null", true)]
    [InlineData("", true)]
    [InlineData("bad\u00e9", false)]
    public void A_star_lets_in_every_origin_that_can_stand_in_a_header(string origin, bool isLetIn) =>
        Assert.Equal(isLetIn, OriginPolicy.Any.Allows(Request("http", "node", origin)));

    private static HttpRequest Request(string scheme, string host, string origin)
    {
        var request = new DefaultHttpContext().Request;
        (request.Scheme, request.Host, request.Headers.Origin) = (scheme, new HostString(host), origin);
        return request;
    }
}
