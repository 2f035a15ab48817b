using Akka.Actor;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>From a ClientActor to the RoomWatchActor: report when the room's state is no longer the one that the client was told.</summary>
/// <param name="Room">A room that the client is in.</param>
/// <param name="Told">What the client was told.</param>
internal sealed record WatchRoom(Room Room, RoomFreshness Told) : INoSerializationVerificationNeeded;

/// <summary>From a ClientActor to the RoomWatchActor: the client no longer asks for the room's status, or has left it.</summary>
internal sealed record ForgetRoom(Room Room) : INoSerializationVerificationNeeded;

/// <summary>The state of a watched room has changed. At most one comes for a room in a second.</summary>
internal sealed record RoomStatusChanged(Room Room) : INoSerializationVerificationNeeded;
