using DeltaStream.Node.Admission;
using DeltaStream.Node.Authentication;

namespace DeltaStream.Node.Operators;

/// <summary>
/// Protects the operators' API, after the policy of its endpoints has asked for the token: the host's name where no token is
/// asked for, and for acts the origin, the content type and a rate. There is no cookie that a browser would send along for a foreign page.
/// </summary>
internal sealed class OperatorGuard(AuthSettings settings, OperatorHosts hosts, TimeProvider time, ILogger<OperatorGuard> logger) : IEndpointFilter
{
    private static readonly MessageRate Rate = new(PerSecond: 2, Burst: 10);
    private static readonly OriginPolicy Own = OriginPolicy.TryParse([])!;

    private readonly Lock _gate = new();
    private MessageMeter _acts;
    private MessageMeter _lines;

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        if (WhyNot(request) is not { } refusal) return next(context);
        if (MayLog()) logger.OperatorRefused($"{context.HttpContext.Connection.RemoteIpAddress}", request.Path.Value ?? "", refusal.Code);
        return new(OperatorAnswer.Refuse(refusal.Status, refusal.Code, refusal.Message));
    }

    private (int Status, string Code, string Message)? WhyNot(HttpRequest request)
    {
        if (settings.Operators == OperatorAccess.Open && !hosts.Allows(request.Host.Host, request.HttpContext.Connection.LocalIpAddress))
            return (StatusCodes.Status421MisdirectedRequest, "host", "This name is not one of this machine; OPERATOR_HOSTS allows further names");
        if (!Own.Allows(request)) return (StatusCodes.Status403Forbidden, "origin", "Pages of another origin can't ask this API");
        if (!HttpMethods.IsPost(request.Method)) return null;
        lock (_gate)
            return _acts.TryTake(Rate, time.GetUtcNow().Ticks) ? null : (StatusCodes.Status429TooManyRequests, "rate_limited", $"At most {Rate.PerSecond} acts a second");
    }

    /// <summary>A page that asks again and again must not fill the log.</summary>
    private bool MayLog()
    {
        lock (_gate) return _lines.TryTake(Rate, time.GetUtcNow().Ticks);
    }
}
