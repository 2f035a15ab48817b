using System.Runtime.Serialization;
using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>What a session takes to another node.</summary>
/// <param name="Frames">What waits to be sent, in order.</param>
/// <param name="Application">The application's part.</param>
internal sealed record MovedSession(IReadOnlyList<Frame> Frames, byte[] Application)
{
    public byte[] Write() => new FieldWriter().List(Frames, MovedClientCodec.Write).Bytes(Application).ToBytes();

    /// <exception cref="SerializationException">The bytes are no such session.</exception>
    public static MovedSession Read(byte[] bytes)
    {
        var from = new FieldReader(bytes);
        return new(from.List(MovedClientCodec.ReadFrame) ?? [], from.Bytes().ToArray());
    }
}

/// <summary>The session's move to the node that holds its client's WebSocket.</summary>
internal sealed partial class EngineSession
{
    /// <summary>How long the node that the session has left still knows that it has moved.</summary>
    private static readonly TimeSpan MovedMemory = TimeSpan.FromSeconds(60);

    private TimeSpan _probeEnds;
    private bool _isMoving;

    /// <summary>A WebSocket on another node has sent its probe.</summary>
    /// <returns>False where another probes already, or the session has moved or is closed.</returns>
    public bool TryBeginProbe(string remote) => TryBeginProbe((object)remote);

    /// <summary>A node that was killed can't say that its WebSocket is gone.</summary>
    private void DropStaleProbe()
    {
        if (_probe is string && _sessions.Deadlines.Now > _probeEnds) (_probe, _pollDue) = (null, null);
    }

    /// <summary>That WebSocket is gone.</summary>
    public void EndProbe(string remote)
    {
        lock (_gate)
        {
            if (remote.Equals(_probe)) (_probe, _pollDue) = (null, null);
        }
    }

    /// <summary>The client moves to that WebSocket: everything here comes to an end, and leaves with it.</summary>
    /// <returns>Null where the session can't move.</returns>
    public async Task<MovedSession?> MoveAsync(string remote)
    {
        Task posted;
        lock (_gate)
        {
            if (_closed is not null || !remote.Equals(_probe)) return null;
            (_probe, _pollDue, _isMoving) = (null, null, true);
            _polling!.Answer(EngineFrames.Noop);
            posted = _posting ? (_posted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
        await posted;
        await _connection.SettleAsync();
        var application = await _connection.LeaveAsync();
        if (application is null)
        {
            Close(CloseReason.ServerError);
            return null;
        }
        lock (_gate)
        {
            if (_closed is not null) return null;
            var frames = _polling!.TakeAll();
            Volatile.Write(ref _closed, CloseReason.Moved);
            _farewellEnds = _sessions.Deadlines.Now + MovedMemory;
            Reschedule();
            _sessions.OnClosed(this);
            return new MovedSession(frames, application);
        }
    }

    /// <summary>Goes on over this WebSocket, where another node has stopped.</summary>
    public async Task ArriveAsync(EngineWebSocket webSocket, IEngineApplication application, MovedSession moved)
    {
        _webSocket = webSocket;
        if (moved.Frames.Count > 0) webSocket.Connection.Sender.Write(moved.Frames);
        var connection = await ArriveAsync(application, moved.Application);
        CloseReason? closed;
        lock (_gate)
        {
            _connection = connection ?? NoConnection.Instance;
            closed = _closed;
            Reschedule();
        }
        if (closed is not null) _connection.Closed(closed);
        else if (connection is null) Close(CloseReason.ServerError);
        else _connection.Ready();
    }

    private async ValueTask<IEngineConnection?> ArriveAsync(IEngineApplication application, byte[] state)
    {
        try
        {
            return await application.ArriveAsync(this, state);
        }
        catch (SerializationException)
        {
            // What another node says is not what this one understands: the client connects again.
            return null;
        }
    }

    /// <summary>Stands in until the application has taken the session over.</summary>
    private sealed class NoConnection : IEngineConnection
    {
        public static readonly NoConnection Instance = new();

        public ValueTask ReceiveAsync(ReadOnlyMemory<byte> data, bool isBinary) => default;

        public void Ready() { }

        public ValueTask SettleAsync() => default;

        public void Closed(CloseReason reason) { }
    }
}
