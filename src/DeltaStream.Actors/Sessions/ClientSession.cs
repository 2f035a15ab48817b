using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Sessions;

/// <summary>
/// One client's session: its key in the session store and its holder. A client that lost its connection claims the session on
/// any node with its secret <c>pid</c>.
/// </summary>
public sealed class ClientSession
{
    private const int PidBytes = 18;
    private const int LongestPid = 64;

    private ClientSession(string pid, string? subject, long number)
    {
        Pid = pid;
        Key = KeyOf(pid, subject);
        Number = number;
    }

    /// <summary>The private id: the client's secret, 144 random bits.</summary>
    public string Pid { get; }

    /// <summary>
    /// The session's key in the store: a hash of the pid and the owner's identity. So a token of another subject does not find
    /// the session, and a reader of the store can't claim it.
    /// </summary>
    public string Key { get; }

    /// <summary>The holder's number, unique on the node.</summary>
    public long Number { get; }

    /// <summary>True if the client came with the pid. Nobody else can claim the session while this client is connected.</summary>
    public bool IsClaimed { get; internal set; }

    /// <summary>The public id and the rooms that were found under the pid; null for a new session.</summary>
    public SavedSession? Recovered { get; internal set; }

    /// <summary>A new session, for a client without a pid or with a rejected claim.</summary>
    internal static ClientSession Create(ClientIdentity identity, long number) =>
        new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(PidBytes)), identity.Subject, number);

    /// <summary>The session that a client claims; null if the pid is malformed.</summary>
    internal static ClientSession? Claimed(string pid, ClientIdentity identity, long number) =>
        pid.Length is > 0 and <= LongestPid ? new(pid, identity.Subject, number) : null;

    private static string KeyOf(string pid, string? subject) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(subject is null ? pid : $"{pid}\n{subject}")));
}

/// <summary>The stored part of a session.</summary>
/// <param name="SessionId">The client's public id.</param>
/// <param name="Rooms">The client's rooms.</param>
public sealed record SavedSession(string SessionId, IReadOnlyList<Room> Rooms)
{
    /// <summary>The view of each room as JSON, null for a room without one; null if no room has a view.</summary>
    public IReadOnlyList<string?>? Views { get; init; }

    /// <summary>
    /// The stored text: the id, then each room's name after a tab, and after a further tab its view. No name and no view contains a
    /// tab. An older version takes a view for a room that it does not know.
    /// </summary>
    public string Write()
    {
        var text = new StringBuilder(SessionId);
        for (var i = 0; i < Rooms.Count; i++)
        {
            text.Append('\t').Append(Rooms[i].Name);
            if (Views?[i] is { } view) text.Append('\t').Append(view);
        }

        return text.ToString();
    }

    /// <summary>Parses the stored text. A room that this version does not know is left out.</summary>
    public static SavedSession Read(string text)
    {
        var parts = text.Split('\t');
        var rooms = new List<Room>(parts.Length - 1);
        string?[]? views = null;
        for (var i = 1; i < parts.Length; i++)
        {
            if (!Room.TryParse(parts[i], out var room)) continue;
            if (i + 1 < parts.Length && parts[i + 1].StartsWith('{')) (views ??= new string?[parts.Length])[rooms.Count] = parts[i + 1];
            rooms.Add(room!);
        }

        return new(parts[0], rooms) { Views = views?[..rooms.Count] };
    }
}
