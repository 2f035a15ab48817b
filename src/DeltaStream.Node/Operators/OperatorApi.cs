using DeltaStream.Node.Authentication;
using DeltaStream.Node.Settings;
using Microsoft.AspNetCore.Mvc;

namespace DeltaStream.Node.Operators;

/// <summary>The operators' API under <c>/api/ops</c>.</summary>
internal static class OperatorApi
{
    private const string Prefix = "/api/ops";

    private static readonly string[] ReadMethods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Registers the services of the API.</summary>
    public static IServiceCollection AddOperatorApi(this IServiceCollection services, NodeSettings settings) => services
        .AddSingleton(settings.Auth)
        .AddSingleton(new OperatorHosts([settings.Cluster.Self.Host, .. settings.OperatorHosts]))
        .AddSingleton<OperatorGuard>()
        .AddSingleton<LogLevelEndpoint>();

    /// <summary>
    /// Maps the API. In production it is there only with tokens or on a port of its own: without both, every client could act.
    /// </summary>
    public static void MapOperatorApi(this IEndpointRouteBuilder app, NodeSettings settings)
    {
        if (!settings.IsDevelopment && settings.Auth is { Operators: OperatorAccess.Open, OperatorPort: 0 }) return;
        var guard = app.ServiceProvider.GetRequiredService<OperatorGuard>();
        var api = app.MapGroup(Prefix).ForOperators().AddEndpointFilter(guard).WithMetadata(new RequestSizeLimitAttribute(LogLevelEndpoint.LongestRequest));
        api.MapMethods("/log-level", ReadMethods, (LogLevelEndpoint endpoint) => endpoint.Show());
        api.MapPost("/log-level", (LogLevelEndpoint endpoint, HttpContext context) => endpoint.SetAsync(context));
    }
}
