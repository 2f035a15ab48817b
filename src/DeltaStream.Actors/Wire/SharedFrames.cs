namespace DeltaStream.Actors.Wire;

/// <summary>The frames of one update. Each wire protocol encodes once, on first use, even if many clients ask at the same time.</summary>
public sealed class SharedFrames
{
    /// <summary>The maximum number of wire protocols on a node.</summary>
    public const int Slots = 4;

    private readonly Frame?[] _frames = new Frame?[Slots];

    /// <summary>The frame for this protocol. <paramref name="encode"/> runs at most once per protocol.</summary>
    public Frame Get<TState>(IWireProtocol protocol, TState state, Func<IWireProtocol, TState, Frame> encode)
    {
        ref var slot = ref _frames[protocol.Slot];
        return Volatile.Read(ref slot) ?? Make(ref slot, protocol, state, encode);
    }

    private Frame Make<TState>(ref Frame? slot, IWireProtocol protocol, TState state, Func<IWireProtocol, TState, Frame> encode)
    {
        lock (_frames)
        {
            if (slot is null) Volatile.Write(ref slot, encode(protocol, state));
            return slot!;
        }
    }
}
