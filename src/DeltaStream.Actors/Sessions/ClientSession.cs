using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Sessions;

/// <summary>
/// One client's place in the session store: under which key its rooms are kept, and who holds it. A client that lost its
/// connection claims it, on any node, with the <c>pid</c> that only it knows.
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
    /// Where the session lies: a hash of the pid and of whom the session belongs to. So nobody else's token finds it, and who
    /// can read the store can't claim from it.
    /// </summary>
    public string Key { get; }

    /// <summary>Which of the node's holders this is; unique on the node.</summary>
    public long Number { get; }

    /// <summary>Whether its client came with the pid, so that nobody else may come with it while this one lives.</summary>
    public bool IsClaimed { get; internal set; }

    /// <summary>The public id and the rooms that were found under the pid; null for a new session.</summary>
    public SavedSession? Recovered { get; internal set; }

    /// <summary>A session of its own for a client that has none, or whose claim was not granted.</summary>
    internal static ClientSession Create(ClientIdentity identity, long number) =>
        new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(PidBytes)), identity.Subject, number);

    /// <summary>The session that a client asks for; null where its pid is none.</summary>
    internal static ClientSession? Claimed(string pid, ClientIdentity identity, long number) =>
        pid.Length is > 0 and <= LongestPid ? new(pid, identity.Subject, number) : null;

    private static string KeyOf(string pid, string? subject) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(subject is null ? pid : $"{pid}\n{subject}")));
}

/// <summary>What is kept of a session.</summary>
/// <param name="SessionId">The client's public id.</param>
/// <param name="Rooms">The rooms that it was in.</param>
public sealed record SavedSession(string SessionId, IReadOnlyList<Room> Rooms)
{
    /// <summary>As it is kept: the id, then the rooms' names, each behind a tab (which no name holds).</summary>
    public string Write() => Rooms.Count == 0 ? SessionId : $"{SessionId}\t{string.Join('\t', Rooms.Select(room => room.Name))}";

    /// <summary>Reads it back. A room that this version does not know is left out.</summary>
    public static SavedSession Read(string text)
    {
        var parts = text.Split('\t');
        var rooms = new List<Room>(parts.Length - 1);
        foreach (var name in parts.AsSpan(1))
        {
            if (Room.TryParse(name, out var room)) rooms.Add(room!);
        }

        return new(parts[0], rooms);
    }
}
