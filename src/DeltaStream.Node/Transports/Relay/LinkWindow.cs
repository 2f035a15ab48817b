namespace DeltaStream.Node.Transports.Relay;

/// <summary>
/// The bytes of relayed requests that are on their way to one node. A request for which there is no room waits for its turn, so
/// that requests never fill the link on which the cluster's own messages travel.
/// </summary>
/// <param name="most">The most bytes at once. A larger request goes alone.</param>
internal sealed class LinkWindow(int most)
{
    private readonly Lock _lock = new();
    private readonly Queue<Turn> _waiting = [];
    private long _underWay;

    /// <summary>Waits for room. The caller ends with <see cref="Leave"/>, unless this throws.</summary>
    /// <exception cref="TimeoutException">There was no room in time.</exception>
    public async Task EnterAsync(int bytes, TimeSpan timeout, TimeProvider time)
    {
        Turn turn;
        lock (_lock)
        {
            if (_waiting.Count == 0 && HasRoom(bytes))
            {
                _underWay += bytes;
                return;
            }

            _waiting.Enqueue(turn = new(bytes));
        }

        try
        {
            await turn.Admitted.Task.WaitAsync(timeout, time);
        }
        catch (TimeoutException) when (!turn.TryGiveUp())
        {
            // Its turn came at the same moment.
        }
    }

    public void Leave(int bytes)
    {
        lock (_lock)
        {
            _underWay -= bytes;
            while (_waiting.TryPeek(out var next) && (next.HasGivenUp || HasRoom(next.Bytes)))
            {
                _waiting.Dequeue();
                if (next.TryAdmit()) _underWay += next.Bytes;
            }
        }
    }

    private bool HasRoom(int bytes) => _underWay == 0 || _underWay + bytes <= most;

    private sealed class Turn(int bytes)
    {
        private int _isDecided;

        public int Bytes => bytes;

        public bool HasGivenUp => Volatile.Read(ref _isDecided) == 2;

        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool TryAdmit()
        {
            if (Interlocked.CompareExchange(ref _isDecided, 1, 0) != 0) return false;
            Admitted.TrySetResult();
            return true;
        }

        public bool TryGiveUp() => Interlocked.CompareExchange(ref _isDecided, 2, 0) == 0;
    }
}
