using System.Text;
using Xunit.Abstractions;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>Who asks for more than anybody needs: pings, subscriptions, sessions.</summary>
public sealed class FloodSpecs(AbusedNode abused, ITestOutputHelper output) : AttackSpec(abused, output)
{
    private static int _storms;

    [Fact]
    public Task A_flood_of_pings_harms_no_other_client() => PingsAsync(200);

    [Fact]
    [Trait("Category", "Full")]
    public Task A_long_flood_of_pings_harms_no_other_client() => PingsAsync(20_000);

    [Fact]
    public Task Random_subscribing_and_unsubscribing_harms_no_other_client() => StormAsync(10, 20);

    [Fact]
    [Trait("Category", "Full")]
    public Task Long_random_subscribing_and_unsubscribing_harms_no_other_client() => StormAsync(50, 100);

    [Fact]
    public Task Guessing_session_ids_finds_no_session() => GuessAsync(2_000);

    [Fact]
    [Trait("Category", "Full")]
    public Task Guessing_a_hundred_thousand_session_ids_finds_no_session() => GuessAsync(100_000);

    /// <summary>From one that reads the answers, from one that does not, and the protocol's own pings, which are the server's to send.</summary>
    private Task PingsAsync(int batches) => AttackAsync(async () =>
    {
        var batch = new MemoryStream();
        for (var i = 0; i < 100; i++) batch.Write(Frames.Of(0x89, Encoding.ASCII.GetBytes($"{i,-120}")));
        var pings = batch.ToArray();
        using var reader = await RawConnection.OpenWebSocketAsync(Port, "/ws");
        using var deaf = await RawConnection.OpenWebSocketAsync(Port, "/ws");
        var deafIsOpen = true;
        for (var i = 0; i < batches; i++)
        {
            Assert.True(await reader.SendAsync(pings) && reader.DrainAvailable(), "who reads its pongs is closed");
            if (deafIsOpen) deafIsOpen = await deaf.SendAsync(pings, TimeSpan.FromSeconds(1));
        }
        using var engine = await RawConnection.OpenWebSocketAsync(Port, TestClient.SocketIo);
        await engine.SendAsync(Frames.Text("40"));
        for (var i = 0; i < batches; i++) await engine.SendAsync(Frames.Text("3"));
        await engine.SendAsync(Frames.Text("2"));
        await engine.ReadToEndAsync();
        reader.Reset();
        deaf.Reset();
    }, batches >= 1_000);

    private Task StormAsync(int clients, int rounds) => AttackAsync(async () =>
    {
        var most = 0.0;
        var storm = Interlocked.Increment(ref _storms);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async client =>
        {
            // Other rooms each time, so that a name that were kept would add up.
            var random = new Random((storm * 1_000) + client);
            for (var round = 0; round < rounds; round++)
            {
                using var connection = await RawConnection.OpenWebSocketAsync(Port, TestClient.SocketIo, from: $"127.4.0.{client + 1}");
                await connection.SendAsync(Frames.Text("40"));
                var batch = new MemoryStream();
                for (var i = 0; i < 20; i++)
                {
                    var room = $$"""{"type":"{{(random.Next(2) == 0 ? "product" : "chain")}}","symbol":"S{{random.Next(1_000_000)}}"}""";
                    batch.Write(Frames.Text($"42[\"subscribe\",{room}]"));
                    if (random.Next(2) == 0) batch.Write(Frames.Text($"42[\"unsubscribe\",{room}]"));
                }
                await connection.SendAsync(batch.ToArray());
                // A question that is answered last: the rest has been done, or refused, or the client closed.
                await connection.SendAsync(Frames.Text("421[\"get_products\"]"));
                await connection.ReadUntilAsync("products");
                if (client == 0) most = Math.Max(most, await Abused.Node.MetricAsync("deltastream_rooms"));
                connection.Reset();
            }
        }));
        Note($"{clients * rounds * 20} subscriptions; at most {most} rooms at once");
        Assert.True(most <= 20_000, $"{most} rooms");
        // How many rooms there are at once varies, and with it the size of some tables; 200,000 rooms may not leave 30 bytes each.
    }, rounds >= 100, longHeapSlack: 6e6);

    private Task GuessAsync(int count) => AttackAsync(async () =>
    {
        await using var visitor = new Visitor(Port);
        var (_, sid) = await visitor.OpenPollingAsync();
        await visitor.PostAsync(sid, "40");
        using var connection = await RawConnection.OpenAsync(Port);
        var random = new Random(1);
        var guessed = 0;
        for (var i = 0; i < count; i++)
        {
            // Pongs keep it from its ping timeout, however long this takes.
            if (i % 1_000 == 0) Assert.Equal(System.Net.HttpStatusCode.OK, await visitor.PostAsync(sid, "3"));
            // Near misses of a session that lives, and what is no id at all.
            var guess = (i % 4) switch
            {
                0 => sid[..^1] + (sid[^1] == 'A' ? 'B' : 'A'),
                1 => sid[..(i % sid.Length)],
                2 => string.Concat(sid.Select(c => random.Next(6) == 0 ? 'x' : c)) + "_",
                _ => Convert.ToHexString(RandomBytes(random)),
            };
            await connection.SendAsync($"GET /socket.io/?EIO=4&transport=polling&sid={guess} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            var (status, body) = await connection.ReadResponseAsync();
            // Without an id the request opens a session of its own.
            if (guess.Length == 0) continue;
            guessed++;
            Assert.True(status == 400 && body.Contains("Session ID unknown"), $"{guess}: {status} {body}");
        }
        Note($"{guessed} guesses");
        Assert.Equal(System.Net.HttpStatusCode.OK, await visitor.PostAsync(sid, "3"));
    }, count >= 10_000);

    [Fact]
    public async Task Session_ids_have_at_least_128_random_bits()
    {
        await using var visitor = new Visitor(Port);
        var random = new List<byte[]>();
        for (var i = 0; i < 500; i++)
        {
            var (_, sid) = await visitor.OpenPollingAsync();
            // What names the node, if anything does, is no part of it.
            random.Add(System.Buffers.Text.Base64Url.DecodeFromChars(sid.AsSpan(sid.Length - 24)));
        }
        Assert.Equal(500, random.Select(Convert.ToHexString).Distinct().Count());
        for (var bit = 0; bit < 144; bit++)
        {
            // 250 of 500 expected, 11 the standard deviation: one in ten million is outside by chance, for all bits together one in 70,000.
            var ones = random.Count(bytes => (bytes[bit / 8] >> (bit % 8) & 1) == 1);
            Assert.InRange(ones, 188, 312);
        }
    }

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[18];
        random.NextBytes(bytes);
        return bytes;
    }
}
