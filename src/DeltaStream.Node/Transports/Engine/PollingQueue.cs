using DeltaStream.Actors.Wire;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>
/// The frames that wait for a polling client, and the poll that waits for frames. Not thread-safe: the session's lock guards it.
/// While it is corked frames gather, so that everything one POST causes leaves in one poll.
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

    /// <summary>Whether an application's write would leave with the waiting poll.</summary>
    public bool HasRoom => HasPoll && _frames.Count < PollingPayloadWriter.MaxPackets;

    /// <summary>Lets a poll wait.</summary>
    /// <returns>Completes with the frames that answer it; with none if the session is over and has nothing more to say.</returns>
    public Task<IReadOnlyList<Frame>> Park()
    {
        var poll = _poll = new TaskCompletionSource<IReadOnlyList<Frame>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Release();
        return poll.Task;
    }

    public bool IsWaiting(Task<IReadOnlyList<Frame>> poll) => _poll?.Task == poll;

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
        for (var i = 0; i < frames.Count; i++) _frames.Enqueue((frames[i], false));
        Release();
        return HasRoom;
    }

    /// <summary>Takes a frame of the protocol's own.</summary>
    /// <returns>False where too many wait.</returns>
    public bool WriteControl(Frame frame)
    {
        if (_frames.Count >= MaxFrames || _controlBytes + frame.Bytes.Length > MaxControlBytes) return false;
        _controlBytes += frame.Bytes.Length;
        _frames.Enqueue((frame, true));
        Release();
        return true;
    }

    /// <summary>Answers the waiting poll with what waits, or with this frame if nothing does.</summary>
    public void ReleaseWith(Frame otherwise)
    {
        if (!HasPoll || _corks > 0) return;
        Answer(IsEmpty ? [otherwise] : Take(PollingPayloadWriter.MaxPackets));
    }

    /// <summary>Answers the waiting poll with these frames alone.</summary>
    /// <returns>False where none waits.</returns>
    public bool Answer(IReadOnlyList<Frame> frames)
    {
        var poll = _poll;
        _poll = null;
        return poll?.TrySetResult(frames) ?? false;
    }

    /// <summary>Takes so many frames out, or fewer if fewer wait.</summary>
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
        // A full response leaves though corked: a POST that waits for room in it must not wait for ever.
        var isDue = _corks == 0 ? !IsEmpty : _frames.Count >= PollingPayloadWriter.MaxPackets;
        if (HasPoll && isDue) Answer(Take(PollingPayloadWriter.MaxPackets));
    }
}
