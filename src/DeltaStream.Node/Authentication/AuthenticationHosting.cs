using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Settings.Reading;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace DeltaStream.Node.Authentication;

/// <summary>Registers authentication: clients by their tokens, operators by a policy that their endpoints share.</summary>
internal static class AuthenticationHosting
{
    /// <summary>The policy of all endpoints for operators.</summary>
    public const string OperatorPolicy = "operator";

    private const string Scheme = "Bearer";

    /// <summary>Adds the <see cref="ITokenValidator"/> and the <see cref="OperatorPolicy"/>.</summary>
    /// <exception cref="SettingException">A JWKS file can't be used.</exception>
    public static IServiceCollection AddGatewayAuthentication(this IServiceCollection services, AuthSettings settings)
    {
        if (settings.Jwks is { } url) JwksDocument.RefuseUnusable(url);
        services.AddSingleton(provider => ValidatorOf(settings, provider));
        // AddAuthentication would also add data protection, which nothing here needs: it writes keys to the disk, or logs that it
        // can't.
        services.AddAuthenticationCore().AddWebEncoders();
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, BearerHandler>(Scheme, null);
        services.AddAuthorizationBuilder().AddPolicy(OperatorPolicy, policy => Require(policy, settings.Operators));
        return services;
    }

    /// <summary>
    /// With a separate operators' port, serves the operators' endpoints there only, and all others on the clients' port only. The
    /// health endpoints are on both.
    /// </summary>
    public static void UseOperatorPort(this WebApplication app, AuthSettings settings)
    {
        if (settings.OperatorPort == 0) return;
        app.Use((context, next) =>
        {
            // Uses the port of the connection: a client can send any Host header.
            var isOperatorPort = context.Connection.LocalPort == settings.OperatorPort;
            var purpose = context.GetEndpoint()?.Metadata.GetMetadata<EndpointPurpose>()?.Purpose ?? Purpose.Clients;
            if (purpose == Purpose.Everybody || purpose == Purpose.Operators == isOperatorPort) return next(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    /// <summary>Marks an endpoint as the operators': their policy and their port apply.</summary>
    public static TBuilder ForOperators<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequireAuthorization(OperatorPolicy).WithMetadata(new EndpointPurpose(Purpose.Operators));

    /// <summary>Marks an endpoint as one for clients and operators, on both ports and without a token.</summary>
    public static TBuilder ForEverybody<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new EndpointPurpose(Purpose.Everybody));

    private static ITokenValidator ValidatorOf(AuthSettings settings, IServiceProvider services)
    {
        if (!settings.NeedsToken) return new AnonymousValidator();
        var time = services.GetRequiredService<TimeProvider>();
        var log = services.GetRequiredService<ILogger<JwtValidator>>();
        var keys = settings.Jwks is { } url ? new JwksKeys(settings, JwksDocument.Reader(url), time, log) : null;
        return new CountedValidator(new JwtValidator(settings, keys, time), services.GetRequiredService<GatewayMetrics>(), log);
    }

    private static void Require(AuthorizationPolicyBuilder policy, OperatorAccess access)
    {
        if (access == OperatorAccess.Open) policy.RequireAssertion(static _ => true);
        else policy.AddAuthenticationSchemes(Scheme).RequireRole(ClientIdentity.Operator);
    }

    private sealed record EndpointPurpose(Purpose Purpose);

    private enum Purpose { Clients, Operators, Everybody }
}
