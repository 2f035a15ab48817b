using DeltaStream.Actors.Wire;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>
/// The frames that wait for a polling client, and the poll that waits for frames. Not thread-safe: the session's lock guards it.
/// While the queue is corked, frames collect in it, so that all answers to one POST leave with one poll.
/// </summary>
internal sealed class PollingQueue
{
    private const int MaxFrames = 256;
    private const int MaxControlBytes = 64 * 1024;

    private readonly Queue<(Frame Frame, bool IsControl)> _frames = new();
    private TaskCompletionSource<IReadOnlyList<Frame>>? _poll;
    private int _corks;
    private int _controlBytes;

    public bool HasPoll => _poll is not null;

    public bool IsEmpty => _frames.Count == 0;

    /// <summary>Whether the waiting poll has room for an application's frames.</summary>
    public bool HasRoom => HasPoll && _frames.Count < PollingPayloadWriter.MaxPackets;

    /// <summary>Lets a poll wait.</summary>
    /// <returns>Completes with the frames for the poll; with no frames if the session has ended without a last answer.</returns>
    public Task<IReadOnlyList<Frame>> Park()
    {
        var poll = _poll = new TaskCompletionSource<IReadOnlyList<Frame>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Release();
        return poll.Task;
    }

    public bool IsWaiting(Task<IReadOnlyList<Frame>> poll) => _poll?.Task == poll;

    /// <summary>Holds the waiting poll back until <see cref="Uncork"/>.</summary>
    public void Cork() => _corks++;

    /// <summary>Undoes one <see cref="Cork"/>.</summary>
    public void Uncork()
    {
        _corks--;
        Release();
    }

    /// <summary>Queues an application's frames.</summary>
    /// <returns>Whether the application may write again at once.</returns>
    public bool Write(IReadOnlyList<Frame> frames)
    {
        for (var i = 0; i < frames.Count; i++) _frames.Enqueue((frames[i], false));
        Release();
        return HasRoom;
    }

    /// <summary>Queues a frame of the protocol itself.</summary>
    /// <returns>False if too many frames wait.</returns>
    public bool WriteControl(Frame frame)
    {
        if (_frames.Count >= MaxFrames || _controlBytes + frame.Bytes.Length > MaxControlBytes) return false;
        _controlBytes += frame.Bytes.Length;
        _frames.Enqueue((frame, true));
        Release();
        return true;
    }

    /// <summary>Answers the waiting poll with the waiting frames, or with this frame if there are none.</summary>
    public void ReleaseWith(Frame otherwise)
    {
        if (!HasPoll || _corks > 0) return;
        Answer(IsEmpty ? [otherwise] : Take(PollingPayloadWriter.MaxPackets));
    }

    /// <summary>Answers the waiting poll with these frames only.</summary>
    /// <returns>False if no poll waits.</returns>
    public bool Answer(IReadOnlyList<Frame> frames)
    {
        var poll = _poll;
        _poll = null;
        return poll?.TrySetResult(frames) ?? false;
    }

    /// <summary>Removes and returns up to <paramref name="most"/> frames.</summary>
    public Frame[] Take(int most = int.MaxValue)
    {
        var frames = new Frame[Math.Min(most, _frames.Count)];
        for (var i = 0; i < frames.Length; i++)
        {
            (frames[i], var isControl) = _frames.Dequeue();
            if (isControl) _controlBytes -= frames[i].Bytes.Length;
        }
        return frames;
    }

    private void Release()
    {
        // A full response leaves even if the queue is corked: a POST that waits for room in the response must not wait for ever.
        var isDue = _corks == 0 ? !IsEmpty : _frames.Count >= PollingPayloadWriter.MaxPackets;
        if (HasPoll && isDue) Answer(Take(PollingPayloadWriter.MaxPackets));
    }
}
