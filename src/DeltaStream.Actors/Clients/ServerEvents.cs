using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Clients;

/// <summary>The names of the server's events, and the data of those that do not carry market data (docs/protocol.md).</summary>
public static class ServerEvents
{
    public const string Connected = "connected";

    public const string Subscribed = "subscribed";

    public const string Unsubscribed = "unsubscribed";

    public const string Error = "error";

    public const string Products = "products";

    public const string Expiries = "expiries";

    public const string FeedStatus = "feed_status";

    public const string Synced = "synced";

    public const string RoomStatus = "room_status";

    public const string Authenticated = "authenticated";

    public const string TokenExpiring = "token_expiring";

    // Symbols contain '&' and '/', which need escaping only in HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] ConnectedData(string sessionId, DateTimeOffset now, IReadOnlyList<Room> rooms, bool demo) => Write((sessionId, now, rooms, demo), static (json, it) =>
    {
        json.WriteString("message"u8, "Connected to DeltaStream"u8);
        json.WriteString("client_id"u8, it.sessionId);
        json.WriteNumber("server_time"u8, UnixSeconds(it.now));
        json.WriteStartArray("rooms"u8);
        foreach (var room in it.rooms) json.WriteStringValue(room.Name);
        json.WriteEndArray();
        if (it.demo) json.WriteBoolean("demo"u8, true);
    });

    /// <param name="room">The room.</param>
    /// <param name="values">The number of values that are known in the room; null if it is not known.</param>
    public static byte[] SubscribedData(Room room, int? values) => RoomData(room, "Subscribed to ", values, null);

    /// <param name="room">The room.</param>
    /// <param name="values">The number of values that are known in the room; null if it is not known.</param>
    /// <param name="view">The granted view; null for none.</param>
    internal static byte[] SubscribedData(Room room, int? values, View? view) => RoomData(room, "Subscribed to ", values, view);

    public static byte[] UnsubscribedData(Room room) => RoomData(room, "Unsubscribed from ", null, null);

    public static byte[] ErrorData(RequestError error) => Write(error, static (json, it) =>
    {
        json.WriteString("message"u8, it.Message);
        json.WriteString("code"u8, it.Code);
        if (it.Event is { } name) json.WriteString("event"u8, name);
        if (it.Room is { } room) json.WriteString("room"u8, room.Name);
    });

    public static byte[] FeedStatusData(FeedStatus status) => Write(status, static (json, it) =>
    {
        json.WriteString("status"u8, it.Name);
        json.WriteNumber("since"u8, UnixSeconds(it.Since));
    });

    /// <param name="expiresAt">Null for never.</param>
    public static byte[] AuthenticatedData(DateTimeOffset? expiresAt) => Write(expiresAt, static (json, it) =>
    {
        if (it is { } time) json.WriteNumber("expires_at"u8, UnixSeconds(time));
        else json.WriteNull("expires_at"u8);
    });

    public static byte[] TokenExpiringData(TimeSpan left) => Write(left, static (json, it) =>
        json.WriteNumber("expires_in"u8, Math.Round(it.TotalSeconds, 1)));

    public static byte[] ProductsData(IEnumerable<string> sorted) => Write(sorted, static (json, it) =>
    {
        json.WriteStartArray("products"u8);
        foreach (var product in it) json.WriteStringValue(product);
        json.WriteEndArray();
    });

    public static byte[] ExpiriesData(string symbol, IEnumerable<string> ascending) => Write((symbol, ascending), static (json, it) =>
    {
        json.WriteString("symbol"u8, it.symbol);
        json.WriteStartArray("expiries"u8);
        foreach (var expiry in it.ascending) json.WriteStringValue(expiry);
        json.WriteEndArray();
    });

    /// <summary>The acknowledgement of a successful request.</summary>
    /// <param name="room">The room that the request was about; null if it was about none.</param>
    /// <param name="values">The number of values that are known in the room; null if it is not known.</param>
    public static byte[] OkAck(Room? room = null, int? values = null) => Write((room, values), static (json, it) =>
    {
        json.WriteString("status"u8, "ok"u8);
        if (it.room is not null) json.WriteString("room"u8, it.room.Name);
        if (it.values is { } number) json.WriteNumber("values"u8, number);
    });

    /// <summary>The acknowledgement of a subscription with a view.</summary>
    internal static byte[] OkAck(Room room, int? values, View view) => Write((room, values, view), static (json, it) =>
    {
        json.WriteString("status"u8, "ok"u8);
        json.WriteString("room"u8, it.room.Name);
        if (it.values is { } number) json.WriteNumber("values"u8, number);
        WriteView(json, it.view);
    });

    /// <summary>The acknowledgement of a refused request.</summary>
    public static byte[] ErrorAck(RequestError error) => Write(error, static (json, it) =>
    {
        json.WriteString("status"u8, "error"u8);
        json.WriteString("code"u8, it.Code);
        json.WriteString("message"u8, it.Message);
    });

    private static double UnixSeconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / (double)TimeSpan.TicksPerSecond;

    internal static void WriteView(Utf8JsonWriter json, View? view)
    {
        if (view is null) return;
        json.WritePropertyName("view"u8);
        ViewText.Write(json, view);
    }

    private static byte[] RoomData(Room room, string message, int? values, View? view) => Write((room, message, values, view), static (json, it) =>
    {
        json.WriteString("room"u8, it.room.Name);
        json.WriteString("message"u8, it.message + it.room.Name);
        if (it.values is { } number) json.WriteNumber("values"u8, number);
        WriteView(json, it.view);
    });

    internal static byte[] Write<TState>(TState state, Action<Utf8JsonWriter, TState> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        fields(json, state);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
