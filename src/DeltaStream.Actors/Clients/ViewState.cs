using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Clients;

/// <summary>What a client has of one key in a view. It is all that is kept for the client: the document's version, and a tick.</summary>
internal class KeyState
{
    /// <summary>The version of the document that the client has; null if the next one must be a snapshot.</summary>
    public ViewVersion? Version { get; set; }

    /// <summary>The low bits of the serial of the last document that was sent in mode full; 0 for none.</summary>
    public int Serial { get; set; }

    /// <summary>The tick of the last update that the view's rate let through.</summary>
    public int Sent { get; set; } = int.MinValue / 2;

    /// <summary>The next document is sent whatever was sent before, from the version that the client says it has.</summary>
    public void Reset(ViewVersion? have) => (Version, Serial) = (have, 0);

    /// <summary>Goes on where another view of the same shape ended.</summary>
    public void GoOnFrom(KeyState other) => (Version, Serial, Sent) = (other.Version, other.Serial, other.Sent);
}

/// <summary>A client's view of a room, and of a narrow room's key.</summary>
internal class RoomViewState(View view) : KeyState
{
    public View View { get; } = view;

    /// <summary>The state of one of the room's keys.</summary>
    public virtual KeyState Of(DataKey key) => this;
}

/// <summary>A client's view of a wide room, and of its keys that no narrow room of the client governs.</summary>
internal sealed class WideViewState(View view) : RoomViewState(view)
{
    public Dictionary<DataKey, KeyState> Keys { get; } = [];

    public override KeyState Of(DataKey key)
    {
        if (!Keys.TryGetValue(key, out var state)) Keys.Add(key, state = new());
        return state;
    }
}
