using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Node.Authentication;

/// <summary>Counts and logs the refusals of another validator.</summary>
internal sealed class CountedValidator : ITokenValidator
{
    private readonly ITokenValidator _inner;
    private readonly GatewayMetrics _metrics;
    private readonly ILogger _log;

    public CountedValidator(ITokenValidator inner, GatewayMetrics metrics, ILogger log)
    {
        (_inner, _metrics, _log) = (inner, metrics, log);
        foreach (var refusal in TokenRefusal.All) metrics.RefusedToken(refusal.Reason, 0);
    }

    public bool NeedsToken => _inner.NeedsToken;

    public async ValueTask<TokenCheck> CheckAsync(string? token)
    {
        var check = await _inner.CheckAsync(token);
        if (check.Refusal is { } refusal) Count(refusal);
        return check;
    }

    public TokenRefusal RefuseMissing()
    {
        var refusal = _inner.RefuseMissing();
        Count(refusal);
        return refusal;
    }

    private void Count(TokenRefusal refusal)
    {
        _metrics.RefusedToken(refusal.Reason);
        _log.TokenRefused(refusal.Reason);
    }
}
