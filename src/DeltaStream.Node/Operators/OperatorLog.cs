namespace DeltaStream.Node.Operators;

/// <summary>The log events of operators' acts.</summary>
internal static partial class OperatorLog
{
    // A warning, so that the line is written at every level but error, which an operator may set.
    [LoggerMessage(300, LogLevel.Warning, "operator_acted {operator_name} {address} {act} {what}", EventName = "operator_acted")]
    public static partial void OperatorActed(this ILogger logger, string operator_name, string address, string act, string what);

    [LoggerMessage(301, LogLevel.Warning, "operator_refused {address} {act} {reason}", EventName = "operator_refused")]
    public static partial void OperatorRefused(this ILogger logger, string address, string act, string reason);
}
