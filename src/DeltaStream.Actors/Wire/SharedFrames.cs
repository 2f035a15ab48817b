namespace DeltaStream.Actors.Wire;

/// <summary>The frames of one update, made on first use and once for each wire protocol, however many clients ask at once.</summary>
public sealed class SharedFrames
{
    /// <summary>How many wire protocols a node can speak.</summary>
    public const int Slots = 4;

    private readonly Frame?[] _frames = new Frame?[Slots];

    /// <summary>The frame for this protocol; <paramref name="encode"/> runs at most once for it.</summary>
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
