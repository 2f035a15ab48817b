using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>
/// What a polling session has to say and the poll that waits for it. Not thread-safe: the session's lock guards it.
/// While it is corked frames gather, so that what one POST causes leaves in one poll.
/// </summary>
internal sealed class PollingLeg
{
    private const int MaxControlFrames = 256;
    private const int MaxControlBytes = 64 * 1024;

    private readonly Queue<Frame> _queue = new();
    private TaskCompletionSource<IReadOnlyList<Frame>>? _parked;
    private int _corks;
    private int _controlBytes;

    /// <summary>Whether a poll waits.</summary>
    public bool IsParked => _parked is not null;

    /// <summary>How many frames wait.</summary>
    public int Count => _queue.Count;

    /// <summary>Whether an application's write would leave with the poll that waits.</summary>
    public bool HasRoom => IsParked && _queue.Count < PollingPayloadWriter.MaxPackets;

    /// <summary>Lets a poll wait. The task completes with what it is answered with; with no frame where it finds no session any more.</summary>
    public Task<IReadOnlyList<Frame>> Park()
    {
        var parked = new TaskCompletionSource<IReadOnlyList<Frame>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _parked = parked;
        Release();
        return parked.Task;
    }

    /// <summary>Whether this is the poll that waits.</summary>
    public bool IsWaiting(Task<IReadOnlyList<Frame>> poll) => _parked?.Task == poll;

    /// <summary>Holds the waiting poll back until <see cref="Uncork"/>.</summary>
    public void Cork() => _corks++;

    /// <summary>Takes one <see cref="Cork"/> back.</summary>
    public void Uncork()
    {
        _corks--;
        Release();
    }

    /// <summary>Takes an application's frames.</summary>
    /// <returns>Whether more may come at once.</returns>
    public bool Write(IReadOnlyList<Frame> frames)
    {
        for (var i = 0; i < frames.Count; i++) _queue.Enqueue(frames[i]);
        Release();
        return HasRoom;
    }

    /// <summary>Takes a frame of the protocol's own.</summary>
    /// <returns>False where too many wait.</returns>
    public bool WriteControl(Frame frame)
    {
        _controlBytes += frame.Bytes.Length;
        if (_queue.Count >= MaxControlFrames || _controlBytes > MaxControlBytes) return false;
        _queue.Enqueue(frame);
        Release();
        return true;
    }

    /// <summary>Answers the waiting poll with this frame if nothing else is there.</summary>
    public void ReleaseWith(Frame otherwise)
    {
        if (!IsParked || _corks > 0) return;
        if (_queue.Count == 0) _queue.Enqueue(otherwise);
        Release();
    }

    /// <summary>Answers the waiting poll with this frame alone.</summary>
    /// <returns>False where none waits.</returns>
    public bool Answer(Frame only) => Answer([only]);

    /// <summary>The last words: to the waiting poll, else to one that may still come.</summary>
    /// <param name="reason">Why the session ends.</param>
    /// <param name="farewell">What is left to say, without a frame that there is no session; null where nobody need be answered any more.</param>
    public void SayFarewell(CloseReason reason, ref IReadOnlyList<Frame>? farewell)
    {
        // A client that closed wants no more than the end of its poll.
        var isClients = reason == CloseReason.ClientClosed;
        // A client that is to come back is told what waits but not that this is the end: python-socketio takes a close packet for the
        // last word, and a session that is not found for a broken connection, as all clients do.
        var isDraining = reason == CloseReason.ServerDraining;
        IReadOnlyList<Frame> words = isClients ? [EngineFrames.Noop]
            : isDraining ? Take(PollingPayloadWriter.MaxPackets)
            : [.. Take(PollingPayloadWriter.MaxPackets - 1), EngineFrames.Close];
        if (Answer(words))
        {
            if (isDraining) farewell = [];
            return;
        }
        // Who broke the rules or was not there in time finds no session any more.
        var keeps = isClients || isDraining || reason == CloseReason.SlowConsumer || reason == CloseReason.ServerError;
        if (keeps) farewell = words;
    }

    /// <summary>Everything that waits, for another transport.</summary>
    public IReadOnlyList<Frame> TakeAll() => Take(int.MaxValue);

    private bool Answer(IReadOnlyList<Frame> frames)
    {
        var poll = _parked;
        _parked = null;
        return poll?.TrySetResult(frames) ?? false;
    }

    private void Release()
    {
        // A full response leaves though corked: who waits for room in what it fills must not wait for ever.
        var isDue = _corks == 0 ? _queue.Count > 0 : _queue.Count >= PollingPayloadWriter.MaxPackets;
        if (IsParked && isDue) Answer(Take(PollingPayloadWriter.MaxPackets));
    }

    private Frame[] Take(int most)
    {
        var frames = new Frame[Math.Min(most, _queue.Count)];
        for (var i = 0; i < frames.Length; i++) frames[i] = _queue.Dequeue();
        if (_queue.Count == 0) _controlBytes = 0;
        return frames;
    }
}
