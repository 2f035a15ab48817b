using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Transports.Clients;

/// <summary>Stops reading from a client while the client does not read its replies.</summary>
internal sealed class ReadingGate
{
    private TaskCompletionSource? _closed;

    public void Set(bool isOpen)
    {
        lock (this)
        {
            if (!isOpen)
            {
                _closed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return;
            }
            _closed?.TrySetResult();
            _closed = null;
        }
    }

    /// <summary>Completes when the gate is open or the client has ended.</summary>
    public Task WaitAsync(ConnectionEnd end)
    {
        lock (this) return _closed is null ? Task.CompletedTask : Task.WhenAny(_closed.Task, end.WhenOver());
    }
}
