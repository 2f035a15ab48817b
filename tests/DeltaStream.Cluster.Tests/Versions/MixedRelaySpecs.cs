using System.Net;
using System.Text;
using DeltaStream.TestSupport;

namespace DeltaStream.Cluster.Tests.Versions;

/// <summary>
/// A node of this version in one cluster with one of the last, and with one to come: requests for the sessions of the one come in at
/// the other, and a session moves from the one to the other.
/// </summary>
public sealed class MixedRelaySpecs : IAsyncLifetime
{
    private const byte Look = 1;
    private const byte Request = 2;
    private const byte Probe = 4;
    private const byte EndProbe = 5;
    private const byte Move = 6;
    private const byte Lost = 7;
    private const byte TooLarge = 10;
    private const byte OneToCome = 77;

    private readonly HttpClient _http = new();
    private RedisServer _redis = null!;
    private NodeProcess _node = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _node = await NodeProcess.Start(("REDIS_URL", _redis.Url)).ReadyAsync();
        await Eventually.True(async () => await _node.HealthAsync("bridge") == "active", "the node's bridge is active");
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _node.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_here_is_served_through_the_other_version_and_moves_there(bool isNext)
    {
        using var other = await OtherRelay.JoinAsync(_node, isNext);
        var sid = await HandshakeAsync();
        Assert.Equal(1, (await other.AskAsync(Look, It(sid, "127.0.0.1"))).ReadByte());

        Assert.Equal((200, "ok"), await PostAsync(other, sid, "40"));
        var greeting = await PollUntilAsync(other, sid, "42[\"connected\"");
        var id = greeting.Split("\"client_id\":\"")[1].Split('"')[0];
        await other.AskAsync(TooLarge, It(sid));
        await PollUntilAsync(other, sid, "message_too_large");
        // A kind of question that this version does not know is answered with nothing, and harms nobody.
        Assert.Equal(0, (await other.AskAsync(OneToCome, It(sid))).BaseStream.Length);

        Assert.Equal(1, (await other.AskAsync(Probe, It(sid, "one"))).ReadByte());
        await other.AskAsync(EndProbe, It(sid, "one"));
        Assert.Equal(1, (await other.AskAsync(Probe, It(sid, "two"))).ReadByte());
        Assert.Equal((200, "ok"), await PostAsync(other, sid, "42[\"subscribe\",{\"type\":\"product\",\"symbol\":\"NIFTY\"}]"));
        var moved = await other.AskAsync(Move, It(sid, "two"));
        // Among the frames that wait, or, where the client's actor has not written it yet, in what that takes along.
        Assert.Contains("42[\"subscribed\"", Encoding.UTF8.GetString(((MemoryStream)moved.BaseStream).ToArray()), StringComparison.Ordinal);
        for (var frames = moved.ReadInt32(); frames > 0; frames--)
        {
            Assert.InRange(moved.ReadInt32(), 0, 10);
            moved.ReadBytes(moved.ReadInt32());
        }

        moved.ReadInt32();
        Assert.True(moved.ReadBoolean());
        Assert.Equal(id, moved.ReadString());
        Assert.Equal((400, "{\"code\":3,\"message\":\"Bad request\"}"), await PostAsync(other, sid, "3"));

        var second = await HandshakeAsync();
        await other.AskAsync(Lost, It(second));
        Assert.Equal(0, (await other.AskAsync(Look, It(second, "127.0.0.1"))).ReadByte());
        AssertNothingBroke();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_of_the_other_version_is_served_here_and_moves_here(bool isNext)
    {
        using var other = await OtherRelay.JoinAsync(_node, isNext);
        var sid = other.SessionId;
        var path = $"/socket.io/?EIO=4&transport=polling&sid={sid}";
        var text = "2";
        other.Answers[Request] = () => OtherRelay.Bytes(output =>
        {
            output.Write(200);
            output.Write("text/plain; charset=UTF-8");
            Write(output, Encoding.UTF8.GetBytes(text));
        });
        Assert.Equal("2", await _node.GetAsync(path));
        text = "ok";
        using (var answer = await _http.PostAsync(new Uri(_node.Url, path), new StringContent("3"))) Assert.Equal("ok", await answer.Content.ReadAsStringAsync());
        foreach (var ((kind, question), method, body) in other.Asked.Zip(["GET", "POST"], ["", "3"]))
        {
            using var asked = new BinaryReader(new MemoryStream(question), Encoding.UTF8);
            Assert.Equal((Request, sid, method), (kind, asked.ReadString(), asked.ReadString()));
            Assert.EndsWith($"sid={sid}", asked.ReadString(), StringComparison.Ordinal);
            Assert.True(IPAddress.TryParse(asked.ReadString(), out _));
            Assert.Equal(body, Encoding.UTF8.GetString(asked.ReadBytes(asked.ReadInt32())));
        }

        using (var answer = await _http.PostAsync(new Uri(_node.Url, path), new StringContent(new string('4', 70_000)))) Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        await AskedAsync(other, TooLarge, sid);

        (other.Answers[Look], other.Answers[Probe]) = (() => [1], () => [1]);
        other.Answers[Move] = () => Session(other);
        await using var socket = await TextWebSocket.OpenAsync(_node, path.Replace("polling", "websocket", StringComparison.Ordinal));
        await socket.SendAsync("2probe");
        await socket.ExpectAsync("3probe");
        await socket.SendAsync("5");
        await socket.ExpectAsync("4waits");
        await socket.SendAsync("420[\"unsubscribe\",{\"type\":\"product\",\"symbol\":\"ELSE\"}]");
        await socket.ExpectAsync("430[{\"status\":\"ok\"");
        // It is in the room that it brought along.
        await using var producer = await Producer.OpenAsync(_redis);
        await Eventually.True(async () =>
        {
            await producer.NextAsync("NIFTY");
            return socket.Received.Any(it => it.StartsWith("42[\"underlying_update\",{\"product\":\"NIFTY\"", StringComparison.Ordinal));
        }, "an update");

        await using (var probing = await TextWebSocket.OpenAsync(_node, path.Replace("polling", "websocket", StringComparison.Ordinal).Replace("xxx", "yyy", StringComparison.Ordinal)))
        {
            await probing.SendAsync("2probe");
            await probing.ExpectAsync("3probe");
        }

        await AskedAsync(other, EndProbe, sid.Replace("xxx", "yyy", StringComparison.Ordinal));
        AssertNothingBroke();
    }

    /// <summary>A session as version 0.1 gave it: what waits, and a client without rights of its own that is in one room.</summary>
    private static byte[] Session(OtherRelay other)
    {
        var client = OtherRelay.Bytes(output =>
        {
            // It has connected; its public id; subject, role, end of its token and its rooms: an anonymous client's.
            output.Write(true);
            output.Write("public-id");
            output.Write(false);
            output.Write(false);
            output.Write(0L);
            output.Write(-1);
            // Its private id, whether it was recovered, its holder, the feed as it was told, and what it has left.
            output.Write(false);
            output.Write(false);
            output.Write(false);
            output.Write((byte)1);
            output.Write(0);
            output.Write(0);
            // One room, of which it has had nothing; no answers, updates or chains that wait.
            output.Write(1);
            output.Write("product:NIFTY");
            output.Write(new byte[32]);
            output.Write(0);
            output.Write(0);
            output.Write(0);
            output.Write(0);
        });
        return OtherRelay.Bytes(output =>
        {
            output.Write(1);
            output.Write(2);
            Write(output, [0x81, 6, .. "4waits"u8]);
            Write(output, other.Added(client));
        });
    }

    private static Action<BinaryWriter> It(params string[] texts) => output =>
    {
        foreach (var text in texts) output.Write(text);
    };

    private static async Task<(int Status, string Body)> PostAsync(OtherRelay other, string sid, string body) => await RequestAsync(other, sid, "POST", body);

    private static async Task<(int Status, string Body)> RequestAsync(OtherRelay other, string sid, string method, string body)
    {
        var answer = await other.AskAsync(Request, output =>
        {
            It(sid, method, $"?EIO=4&transport=polling&sid={sid}", "127.0.0.1")(output);
            Write(output, Encoding.UTF8.GetBytes(body));
        });
        var (status, _) = (answer.ReadInt32(), answer.ReadString());
        return (status, Encoding.UTF8.GetString(answer.ReadBytes(answer.ReadInt32())));
    }

    private static async Task<string> PollUntilAsync(OtherRelay other, string sid, string part)
    {
        while (true)
        {
            var (status, body) = await RequestAsync(other, sid, "GET", "");
            Assert.Equal(200, status);
            if (body.Contains(part, StringComparison.Ordinal)) return body;
        }
    }

    private static Task AskedAsync(OtherRelay other, byte kind, string sid) => Eventually.True(
        () => other.Asked.Any(asked => asked.Kind == kind && new BinaryReader(new MemoryStream(asked.Question)).ReadString() == sid), $"the other is asked {kind}");

    private static void Write(BinaryWriter output, byte[] bytes)
    {
        output.Write(bytes.Length);
        output.Write(bytes);
    }

    private async Task<string> HandshakeAsync() => (await _node.GetAsync("/socket.io/?EIO=4&transport=polling")).Split("\"sid\":\"")[1].Split('"')[0];

    private void AssertNothingBroke() =>
        Assert.DoesNotContain(_node.Lines, line => line.Contains("can't be read", StringComparison.Ordinal) || line.Contains("\"@x\"", StringComparison.Ordinal));
}
