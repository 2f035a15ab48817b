using Microsoft.Extensions.Logging;

namespace DeltaStream.Actors.Sessions;

internal sealed partial class SessionLog(ILogger log)
{
    [LoggerMessage(260, LogLevel.Error, "session_write_failed: it is tried again every second", EventName = "session_write_failed")]
    public partial void WriteFailed(Exception exception);
}
