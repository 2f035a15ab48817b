namespace DeltaStream.Node.Redis;

/// <summary>The log events about the node's clock.</summary>
internal static partial class RedisClockLog
{
    [LoggerMessage(45, LogLevel.Warning, "clock_differs {detail} {offset_seconds}: the age of values is counted in Redis's time, so the feed is right; set this machine's clock, because tokens are checked by it", EventName = "clock_differs")]
    public static partial void ClockDiffers(this ILogger logger, string detail, double offset_seconds);

    [LoggerMessage(46, LogLevel.Information, "clock_agrees {offset_seconds}", EventName = "clock_agrees")]
    public static partial void ClockAgrees(this ILogger logger, double offset_seconds);
}
