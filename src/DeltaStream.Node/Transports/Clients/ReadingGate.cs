namespace DeltaStream.Node.Transports.Clients;

/// <summary>Holds back who reads from a client, while the client does not read its answers.</summary>
internal sealed class ReadingGate
{
    private TaskCompletionSource? _closed;
    private bool _ended;

    /// <summary>Opens or closes the gate.</summary>
    public void Set(bool open)
    {
        lock (this)
        {
            if (open) Release();
            else if (!_ended) _closed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Opens it for good.</summary>
    public void End()
    {
        lock (this)
        {
            _ended = true;
            Release();
        }
    }

    /// <summary>Completes while the gate is open.</summary>
    public Task WaitAsync()
    {
        lock (this) return _closed?.Task ?? Task.CompletedTask;
    }

    private void Release()
    {
        _closed?.TrySetResult();
        _closed = null;
    }
}
