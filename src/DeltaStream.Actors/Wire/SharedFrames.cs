namespace DeltaStream.Actors.Wire;

/// <summary>The frames of one update. Each wire protocol encodes once, on first use, even if many clients ask at the same time.</summary>
public sealed class SharedFrames
{
    /// <summary>The maximum number of wire protocols on a node.</summary>
    public const int MaxProtocols = 4;

    private readonly Frame?[] _frames = new Frame?[MaxProtocols];

    /// <summary>The frame for this protocol. <paramref name="encode"/> runs at most once per protocol.</summary>
    public Frame Get<TState>(IWireProtocol protocol, TState state, Func<IWireProtocol, TState, Frame> encode)
    {
        ref var frame = ref _frames[protocol.ProtocolIndex];
        return Volatile.Read(ref frame) ?? Make(ref frame, protocol, state, encode);
    }

    private Frame Make<TState>(ref Frame? frame, IWireProtocol protocol, TState state, Func<IWireProtocol, TState, Frame> encode)
    {
        lock (_frames)
        {
            if (frame is null) Volatile.Write(ref frame, encode(protocol, state));
            return frame!;
        }
    }
}
