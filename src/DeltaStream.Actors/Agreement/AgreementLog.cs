using Microsoft.Extensions.Logging;

namespace DeltaStream.Actors.Agreement;

internal sealed partial class AgreementLog(ILogger log)
{
    [LoggerMessage(230, LogLevel.Error, "redis_differs {nodes} {outvoted}", EventName = "redis_differs")]
    public partial void Differs(string nodes, bool outvoted);

    [LoggerMessage(231, LogLevel.Information, "redis_agrees", EventName = "redis_agrees")]
    public partial void Agrees();
}
