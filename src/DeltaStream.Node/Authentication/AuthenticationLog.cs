namespace DeltaStream.Node.Authentication;

/// <summary>The log events of tokens and their keys. No event has a token or any part of one.</summary>
internal static partial class AuthenticationLog
{
    [LoggerMessage(140, LogLevel.Information, "jwks_read {keys}", EventName = "jwks_read")]
    public static partial void JwksRead(this ILogger logger, int keys);

    [LoggerMessage(141, LogLevel.Warning, "jwks_failed {error}: tokens are checked with the last keys, if there are any", EventName = "jwks_failed")]
    public static partial void JwksFailed(this ILogger logger, string error);

    [LoggerMessage(142, LogLevel.Debug, "token_refused {reason}", EventName = "token_refused")]
    public static partial void TokenRefused(this ILogger logger, string reason);
}
