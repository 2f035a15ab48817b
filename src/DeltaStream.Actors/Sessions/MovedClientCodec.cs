using System.Text;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Sessions;

/// <summary>A moving client as bytes. A newer version adds fields at the end; an older one leaves them unread.</summary>
public static class MovedClientCodec
{
    /// <summary>Writes it.</summary>
    public static void Write(BinaryWriter output, MovedClient client)
    {
        output.Write(client.SessionId);
        WriteText(output, client.Identity.Subject);
        WriteText(output, client.Identity.Role);
        output.Write(client.Identity.ExpiresAt?.UtcTicks ?? 0);
        WriteList(output, client.Identity.Rooms.Patterns, static (to, pattern) => to.Write(pattern));
        WriteText(output, client.Pid);
        output.Write(client.IsRecovered);
        WriteText(output, client.Holder);
        output.Write((byte)client.Feed);
        WriteList(output, client.NarrowLeft, static (to, left) =>
        {
            Write(to, left.Item1);
            Write(to, left.Item2);
        });
        WriteList(output, client.WideLeft, static (to, left) =>
        {
            to.Write(left.Item1.Name);
            Write(to, left.Item2);
        });
        WriteList(output, client.Rooms, static (to, room) =>
        {
            to.Write(room.Room.Name);
            Write(to, room.Position);
            Write(to, room.Delivered);
            WriteList(to, room.Marks, static (inner, mark) =>
            {
                Write(inner, mark.Key);
                Write(inner, mark.Value);
            });
        });
        WriteList(output, client.Answers, Write);
        WriteList(output, client.Updates, static (to, update) =>
        {
            to.Write((byte)update.Event);
            Write(to, update.Key);
            Write(to, update.Position);
            to.Write(update.Hash);
            to.Write(update.ReceivedAt);
            WriteBytes(to, update.Payload);
        });
        WriteList(output, client.Owed, static (to, owed) =>
        {
            Write(to, owed.Key);
            Write(to, owed.Position);
        });
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">The bytes are no moving client.</exception>
    public static MovedClient Read(BinaryReader input) => Guarded(input, ReadClient);

    /// <summary>Reads, so that whatever is wrong with the bytes is one error.</summary>
    /// <exception cref="InvalidDataException">The bytes are not what is read.</exception>
    public static T Guarded<T>(BinaryReader input, Func<BinaryReader, T> read)
    {
        try
        {
            return read(input);
        }
        catch (Exception e) when (e is IOException or ArgumentException or FormatException)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    /// <summary>Writes a frame.</summary>
    public static void Write(BinaryWriter output, Frame frame) => WriteBytes(output, frame.Bytes);

    /// <summary>Reads a frame.</summary>
    public static Frame ReadFrame(BinaryReader input) => new(ReadBytes(input));

    /// <summary>Writes a list, or that there is none.</summary>
    public static void WriteList<T>(BinaryWriter output, IReadOnlyCollection<T>? items, Action<BinaryWriter, T> write)
    {
        output.Write(items?.Count ?? -1);
        foreach (var item in items ?? []) write(output, item);
    }

    /// <summary>Reads a list; null where there was none.</summary>
    public static List<T>? ReadList<T>(BinaryReader input, Func<BinaryReader, T> read)
    {
        var count = input.ReadInt32();
        if (count < 0) return null;
        var items = new List<T>();
        for (var i = 0; i < count; i++) items.Add(read(input));
        return items;
    }

    /// <summary>Writes bytes behind their length.</summary>
    public static void WriteBytes(BinaryWriter output, ReadOnlyMemory<byte> bytes)
    {
        output.Write(bytes.Length);
        output.Write(bytes.Span);
    }

    /// <summary>Reads bytes.</summary>
    /// <exception cref="InvalidDataException">There are fewer.</exception>
    public static byte[] ReadBytes(BinaryReader input)
    {
        var length = input.ReadInt32();
        // Looked at first: whatever the length says, no more is taken than is there.
        var left = input.BaseStream.Length - input.BaseStream.Position;
        return length >= 0 && length <= left ? input.ReadBytes(length) : throw new InvalidDataException($"{left} bytes of {length}");
    }

    /// <summary>Writes a text, or that there is none.</summary>
    public static void WriteText(BinaryWriter output, string? text)
    {
        output.Write(text is not null);
        if (text is not null) output.Write(text);
    }

    /// <summary>Reads a text; null where there was none.</summary>
    public static string? ReadText(BinaryReader input) => input.ReadBoolean() ? input.ReadString() : null;

    /// <summary>Writes with this, as bytes.</summary>
    public static byte[] ToBytes(Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        using var output = new BinaryWriter(stream, Encoding.UTF8);
        write(output);
        output.Flush();
        return stream.ToArray();
    }

    /// <summary>A reader of these bytes.</summary>
    public static BinaryReader Reader(byte[] bytes) => new(new MemoryStream(bytes, writable: false), Encoding.UTF8);

    private static MovedClient ReadClient(BinaryReader input)
    {
        var sessionId = input.ReadString();
        var (subject, role, expires) = (ReadText(input), ReadText(input), input.ReadInt64());
        var identity = new ClientIdentity(
            subject, RoomGrant.Of(ReadList(input, static from => from.ReadString())), role, expires == 0 ? null : new DateTimeOffset(expires, TimeSpan.Zero));
        return new(
            sessionId,
            identity,
            ReadText(input),
            input.ReadBoolean(),
            ReadText(input),
            ReadEnum<FeedState>(input),
            ReadList(input, static from => (ReadKey(from), ReadPosition(from))) ?? [],
            ReadList(input, static from => (ReadRoom(from), ReadPosition(from))) ?? [],
            ReadList(input, static from => new MovedRoom(
                ReadRoom(from),
                ReadPosition(from),
                ReadPosition(from),
                ReadList(from, static inner => KeyValuePair.Create(ReadKey(inner), ReadPosition(inner))) ?? [])) ?? [],
            ReadList(input, ReadFrame) ?? [],
            ReadList(input, ReadUpdate) ?? [])
        {
            // Version 0.1 took everything along.
            Owed = input.BaseStream.Position == input.BaseStream.Length ? [] : ReadList(input, static from => (ReadKey(from), ReadPosition(from))) ?? [],
        };
    }

    private static MarketUpdate ReadUpdate(BinaryReader input)
    {
        var (@event, key, position) = (ReadEnum<MarketEvent>(input), ReadKey(input), ReadPosition(input));
        var (hash, receivedAt) = (input.ReadUInt64(), input.ReadInt64());
        return (@event == MarketEvent.UnderlyingUpdate) == (key.Kind == MarketKind.Underlying)
            ? new(@event, key, position, ReadBytes(input), hash, receivedAt)
            : throw new InvalidDataException($"a {@event} of {key.Kind}");
    }

    private static void Write(BinaryWriter output, Position position)
    {
        output.Write(position.Epoch);
        output.Write(position.Sequence);
    }

    private static Position ReadPosition(BinaryReader input) => new(input.ReadInt64(), input.ReadInt64());

    private static Room ReadRoom(BinaryReader input) =>
        Room.TryParse(input.ReadString(), out var room) ? room! : throw new InvalidDataException("no room");

    private static void Write(BinaryWriter output, ConflationKey key)
    {
        output.Write((byte)key.Kind);
        output.Write(key.Product);
        WriteText(output, key.Expiry);
    }

    private static ConflationKey ReadKey(BinaryReader input)
    {
        var key = new ConflationKey(ReadEnum<MarketKind>(input), input.ReadString(), ReadText(input));
        return Symbol.IsValid(key.Product) && (key.Kind == MarketKind.Chain ? Expiry.IsValid(key.Expiry) : key.Expiry is null)
            ? key
            : throw new InvalidDataException("no key");
    }

    private static T ReadEnum<T>(BinaryReader input) where T : struct, Enum
    {
        var value = input.ReadByte();
        return Enum.IsDefined(typeof(T), value) ? (T)Enum.ToObject(typeof(T), value) : throw new InvalidDataException($"{typeof(T).Name} {value}");
    }
}
