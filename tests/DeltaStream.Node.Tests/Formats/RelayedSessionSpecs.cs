using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Tests.Transports;
using DeltaStream.Node.Transports.Relay;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Formats;

/// <summary>Each question about a session that one node asks another, and its answer, against their recorded bytes.</summary>
public sealed partial class RelayedSessionSpecs : TwoRelays
{
    /// <summary>The recorded files: a question and an answer of each kind but those that carry nothing but themselves.</summary>
    public static IEnumerable<string> Names => Enum.GetValues<RelayKind>()
        .Except([RelayKind.Abort, RelayKind.Accepted, RelayKind.Answer]).SelectMany(kind => new[] { NameOf(kind, "question"), NameOf(kind, "answer") });

    private readonly ConcurrentQueue<(string Name, byte[] Bytes)> _said = new();

    /// <summary>Once as this version speaks, and once with further fields behind all that is said.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("new field")]
    public async Task Questions_and_answers_are_as_they_were_recorded_and_may_be_longer(string newField)
    {
        There.Relay.Owner = new Tap(There.Relay.Owner!, Encoding.UTF8.GetBytes(newField), _said);
        var session = There.Open();
        session.WriteControl(EngineFixture.Message("for the poll"));
        Assert.Equal((200, "4for the poll"), await Here.RequestAsync("GET", session, Stream.Null));
        Assert.Equal((200, "ok"), await Here.RequestAsync("POST", session, new MemoryStream("4posted"u8.ToArray())));
        Assert.Equal(413, (await Here.RequestAsync("POST", session, new MemoryStream(new byte[200_000]))).Status);
        await Eventually.True(() => There.IsToldTooLarge, "the session is told of what was too large");
        // A client that asks for a WebSocket and gives no key is let go after the session has been looked for.
        Assert.Equal(400, (await Here.RequestAsync("GET", session, Stream.Null, transport: "websocket")).Status);

        var broken = Here.OpenWebSocket(AddressThere, session.Sid);
        await EngineFixture.ProbeAsync(broken);
        broken.Break();
        await Eventually.True(() => _said.Any(it => it.Name == NameOf(RelayKind.EndProbe, "answer")), "the probe is over");
        var pair = Here.OpenWebSocket(AddressThere, session.Sid);
        await EngineFixture.ProbeAsync(pair);
        session.WriteControl(EngineFixture.Message("waits"));
        await pair.SendAsync("5");
        Assert.Equal("4waits", await pair.ReceiveTextAsync());
        await Eventually.True(() => Here.Arrived is not null, "the session has arrived");
        Assert.Equal(There.State, Here.Arrived);

        var lost = There.Open();
        Assert.Equal(400, (await Here.RequestAsync("POST", lost, new SlowBody())).Status);
        await Eventually.True(() => There.ClosedWith == CloseReason.TransportError, "the session is lost");
        Assert.Equal(Names.Order(), _said.Select(it => it.Name).Distinct().Order());

        if (newField.Length > 0) return;
        foreach (var said in _said.GroupBy(it => it.Name)) Recorded.AssertIs(said.Key, [.. said.SelectMany(it => Steady(it.Bytes, session.Sid, lost.Sid))]);
    }

    [Fact]
    public async Task A_kind_of_question_that_this_version_does_not_know_is_answered_with_nothing()
    {
        var session = There.Open();
        Assert.Empty((await Here.Relay.AskAsync(AddressThere, (RelayKind)77, new FieldWriter().Text(session.Sid).ToBytes()))!);
        Assert.Null(There.ClosedWith);
    }

    private static string NameOf(RelayKind kind, string what) => $"relay-{kind}-{what}".ToLowerInvariant();

    /// <summary>The same bytes in each run: without the ids that are drawn at random.</summary>
    private static byte[] Steady(byte[] bytes, params string[] sids)
    {
        var text = Encoding.Latin1.GetString(bytes);
        foreach (var sid in sids) text = text.Replace(sid, new string('s', sid.Length), StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes(NameOfWebSocket().Replace(text, new string('w', 16)));
    }

    [GeneratedRegex("[0-9A-F]{16}")]
    private static partial Regex NameOfWebSocket();

    /// <summary>Stands before the sessions of a node, keeps what passes, and makes it longer.</summary>
    private sealed class Tap(IRelayOwner owner, byte[] newField, ConcurrentQueue<(string Name, byte[] Bytes)> said) : IRelayOwner
    {
        public async Task<byte[]> AnswerAsync(RelayKind kind, byte[] question, CancellationToken aborted)
        {
            said.Enqueue((NameOf(kind, "question"), question));
            var answer = await owner.AnswerAsync(kind, [.. question, .. newField], aborted);
            said.Enqueue((NameOf(kind, "answer"), answer));
            return answer.Length == 0 ? answer : [.. answer, .. newField];
        }
    }
}
