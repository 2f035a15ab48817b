using System.Security.Claims;
using System.Text.Encodings.Web;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Admission;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace DeltaStream.Node.Authentication;

/// <summary>Authenticates a request for ASP.NET's policies, with the same check as for clients' tokens (RFC 6750).</summary>
internal sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, ITokenValidator tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (BearerToken.Of(Request) is not { } token) return AuthenticateResult.NoResult();
        var check = await tokens.CheckAsync(token);
        return check.Identity is { } identity
            ? AuthenticateResult.Success(new AuthenticationTicket(PrincipalOf(identity), Scheme.Name))
            : AuthenticateResult.Fail(check.Refusal!.Message);
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = Scheme.Name;
        return base.HandleChallengeAsync(properties);
    }

    private ClaimsPrincipal PrincipalOf(ClientIdentity identity)
    {
        var claims = new ClaimsIdentity(Scheme.Name);
        if (identity.Subject is { } subject) claims.AddClaim(new Claim(ClaimTypes.NameIdentifier, subject));
        if (identity.Role is { } role) claims.AddClaim(new Claim(ClaimTypes.Role, role));
        return new ClaimsPrincipal(claims);
    }
}
