using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Authentication;
using DeltaStream.Node.Hosting;
using Prometheus;

namespace DeltaStream.Node.Operations;

/// <summary>The endpoints for operators and load balancers.</summary>
internal static class OperationsEndpoints
{
    private static readonly string[] ReadMethods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Registers the services of the endpoints.</summary>
    public static IServiceCollection AddOperations(this IServiceCollection services)
    {
        MetricsExport.SuppressForeignMetrics();
        // Made now, so that they miss no measurement. The container disposes them.
        var export = new MetricsExport(Metrics.DefaultRegistry);
        var pool = new BufferPoolWatch();
        services.AddSingleton(_ => export);
        services.AddSingleton(_ => pool);
        return services.AddSingleton<NodeHealth>();
    }

    /// <summary>Maps <c>/health</c>, <c>/health/live</c>, <c>/health/ready</c> and <c>/metrics</c>.</summary>
    public static void MapOperations(this IEndpointRouteBuilder app)
    {
        app.MapRead("/health", (NodeHealth health) => TypedResults.Json(health.Report())).ForEverybody();
        app.MapRead("/health/live", (NodeHealth health) => Answer(health.Liveness())).ForEverybody();
        app.MapRead("/health/ready", (NodeHealth health) => Answer(health.Readiness())).ForEverybody();
        var pool = app.ServiceProvider.GetRequiredService<BufferPoolWatch>();
        app.ServiceProvider.GetRequiredService<GatewayMetrics>().ObserveBufferPool(() => pool.Bytes);
        app.ServiceProvider.GetRequiredService<NodeHealth>().Observe(app.ServiceProvider.GetRequiredService<NodeMetrics>());
        ShowBuild(BuildInfo.Current);
        app.MapMetrics().WithMetadata(new HttpMethodMetadata(ReadMethods)).ForOperators();
    }

    /// <summary>A metric that is always 1; its labels tell the version. The usual instruments have one label at most.</summary>
    private static void ShowBuild(BuildInfo build) => Metrics
        .CreateGauge($"{GatewayMetrics.MeterName}_build_info".ToLowerInvariant(), "Version of the program and the commit that it was built from; always 1", "version", "commit")
        .WithLabels(build.Version, build.Commit).Set(1);

    /// <summary>Maps a path that is read: it answers GET, and HEAD with the same head.</summary>
    private static RouteHandlerBuilder MapRead(this IEndpointRouteBuilder app, string path, Delegate handler) => app.MapMethods(path, ReadMethods, handler);

    private static IResult Answer(IReadOnlyDictionary<string, bool> checks)
    {
        var passed = checks.Count > 0 && checks.Values.All(check => check);
        return TypedResults.Json(new { status = passed ? "healthy" : "unhealthy", checks },
            statusCode: passed ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
