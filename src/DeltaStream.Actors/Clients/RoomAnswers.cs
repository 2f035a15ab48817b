using System.Text.Json;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>The answers to a request for one or several rooms (docs/protocol.md).</summary>
/// <param name="protocol">The client's protocol.</param>
/// <param name="request">The request.</param>
internal sealed class RoomAnswers(IWireProtocol protocol, RoomsRequest request)
{
    private readonly List<Frame> _frames = [];

    /// <summary>The answers so far, in order.</summary>
    public IReadOnlyCollection<Frame> Frames => _frames;

    /// <summary>Adds the acknowledgement of a request for several rooms.</summary>
    public void Acknowledge() => AddAck(ServerEvents.Write(request, static (json, it) =>
    {
        json.WriteString("status"u8, it.Entries.All(static entry => entry.IsGranted) ? "ok"u8 : "error"u8);
        json.WriteStartArray("rooms"u8);
        foreach (var entry in it.Entries)
        {
            json.WriteStartObject();
            Write(json, entry);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (!it.Replaces) return;
        json.WriteStartArray("left"u8);
        foreach (var name in it.Left) json.WriteStringValue(name);
        json.WriteEndArray();
    }));

    /// <summary>Adds the event that answers one entry. For a request for one room the acknowledgement follows it.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="status">The room's status, which comes right after; null if the client does not ask for it.</param>
    public void Add(EntryAnswer entry, Frame? status)
    {
        var (name, data) = entry.Error is { } error
            ? (ServerEvents.Error, ServerEvents.ErrorData(error.Of(request.Name) with { Room = entry.Room }))
            : request.Kind == ClientRequestKind.Subscribe
                ? (ServerEvents.Subscribed, ServerEvents.SubscribedData(entry.Room!, entry.Values, entry.View))
                : (ServerEvents.Unsubscribed, ServerEvents.UnsubscribedData(entry.Room!));
        _frames.Add(protocol.EncodeEvent(name, data));
        if (!request.IsArray) AddAck(AckOf(entry));
        if (status is not null) _frames.Add(status);
    }

    /// <summary>The event that follows the snapshots. It names the rooms that were granted.</summary>
    public Frame Synced() => protocol.EncodeEvent(ServerEvents.Synced, ServerEvents.Write(request, static (json, it) =>
    {
        json.WriteStartArray("rooms"u8);
        foreach (var entry in it.Entries.Where(static entry => entry.IsGranted)) json.WriteStringValue(entry.Room!.Name);
        json.WriteEndArray();
    }));

    private static byte[] AckOf(EntryAnswer entry) => entry.Error is { } refusal ? ServerEvents.ErrorAck(refusal)
        : entry.View is { } view ? ServerEvents.OkAck(entry.Room!, entry.Values, view)
        : ServerEvents.OkAck(entry.Room, entry.Values);

    private static void Write(Utf8JsonWriter json, EntryAnswer entry)
    {
        if (entry.Room is { } room) json.WriteString("room"u8, room.Name);
        json.WriteString("status"u8, entry.IsGranted ? "ok"u8 : "error"u8);
        if (entry.Values is { } values) json.WriteNumber("values"u8, values);
        if (entry.IsGranted) ServerEvents.WriteView(json, entry.View);
        if (entry.Error is not { } error) return;
        json.WriteString("code"u8, error.Code);
        json.WriteString("message"u8, error.Message);
    }

    private void AddAck(ReadOnlySpan<byte> data)
    {
        if (request.AckId is { } id) _frames.Add(protocol.EncodeAck(id.Span, data));
    }
}
