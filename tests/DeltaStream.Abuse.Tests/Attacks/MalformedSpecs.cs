using System.Diagnostics;
using System.Net;
using System.Text;
using Xunit.Abstractions;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>Frames, packets, messages and bodies that are none, over real sockets.</summary>
public sealed class MalformedSpecs(AbusedNode abused, ITestOutputHelper output) : AttackSpec(abused, output)
{
    [Fact]
    public Task Every_malformed_frame_ends_its_connection() => AttackAsync(async () =>
    {
        var all = Malformed.WebSocketFrames.SelectMany(each => new[] { TestClient.SocketIo, "/ws" }.Select(path => (each.Key, each.Value, Path: path)));
        await Task.WhenAll(all.Select(async each =>
        {
            using var connection = await RawConnection.OpenWebSocketAsync(Port, each.Path);
            await connection.SendAsync(each.Value);
            // A close frame, and before it nothing but the handshake. The next ping would come after 4 s.
            var farewell = await connection.ReadToEndAsync(TimeSpan.FromSeconds(10));
            Assert.True(farewell.Contains((byte)0x88), $"{each.Key}: {each.Path} ends without a word");
        }));
    });

    [Fact]
    public Task Every_malformed_packet_message_and_body_harms_no_other_client() => AttackAsync(async () =>
    {
        await Task.WhenAll(Malformed.Packets.SelectMany(packet => new[] { "", "40" }.Select(async before =>
        {
            using var connection = await RawConnection.OpenWebSocketAsync(Port, TestClient.SocketIo);
            if (before.Length > 0) await connection.SendAsync(Frames.Text(before));
            await connection.SendAsync(Frames.Text(packet));
            await connection.SendAsync(Frames.Of(0x89, "is there an end"u8));
            // Answered or closed: both are an end.
            await connection.ReadUntilAsync("is there an end");
        })));
        using (var plain = await RawConnection.OpenWebSocketAsync(Port, "/ws"))
        {
            foreach (var message in Malformed.Messages) await plain.SendAsync(Frames.Text(message));
            await plain.SendAsync(Frames.Of(0x89, "is there an end"u8));
            Assert.NotNull(await plain.ReadUntilAsync("is there an end"));
        }
        await using var visitor = new Visitor(Port);
        foreach (var body in Malformed.Bodies)
        {
            var (_, sid) = await visitor.OpenPollingAsync();
            Assert.True(await visitor.PostAsync(sid, body) is HttpStatusCode.OK or HttpStatusCode.BadRequest, body);
        }
    });

    [Fact]
    public Task Thousands_of_malformed_frames_packets_messages_and_bodies_harm_no_other_client() => ManyAsync(4_000);

    [Fact]
    [Trait("Category", "Full")]
    public Task A_million_malformed_frames_packets_messages_and_bodies_harm_no_other_client() =>
        ManyAsync(int.TryParse(Environment.GetEnvironmentVariable("ABUSE_FRAMES"), out var count) ? count : 1_000_000);

    [Fact]
    public Task Compressed_bombs_are_not_unpacked() => AttackAsync(async () =>
    {
        // An offer to compress is not taken, so that a compressed frame is a broken rule.
        using (var connection = await RawConnection.OpenWebSocketAsync(
            Port, TestClient.SocketIo, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"))
        {
            await connection.SendAsync(Frames.Of(0xC1, Bomb(deflate: true)));
            Assert.DoesNotContain("permessage-deflate", Encoding.Latin1.GetString(await connection.ReadToEndAsync()));
        }
        await using var visitor = new Visitor(Port);
        foreach (var encoding in new[] { "gzip", "deflate", "br", "gzip, gzip" })
        {
            var (_, sid) = await visitor.OpenPollingAsync();
            using var connection = await RawConnection.OpenAsync(Port);
            var bomb = Bomb(deflate: false);
            await connection.SendAsync($"POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: {encoding}\r\nContent-Length: {bomb.Length}\r\n\r\n");
            await connection.SendAsync(bomb);
            Assert.Equal(400, await connection.ReadStatusAsync());
        }
    });

    [Fact]
    public Task Fragments_are_joined_up_to_the_message_limit_only() => AttackAsync(async () =>
    {
        using (var connection = await RawConnection.OpenWebSocketAsync(Port, "/ws"))
        {
            // One byte a fragment, pings in between, and empty fragments: odd, and allowed.
            var message = Encoding.UTF8.GetBytes("{\"event\":\"get_products\",\"id\":\"whole\",\"data\":\"" + new string('x', 5_000) + "\"}");
            var bytes = new MemoryStream();
            for (var i = 0; i < message.Length; i++)
            {
                bytes.Write(Frames.Of((byte)((i == 0 ? 1 : 0) | (i == message.Length - 1 ? 0x80 : 0)), message.AsSpan(i, 1)));
                if (i % 100 == 50) bytes.Write(Frames.Of(0x89, "p"u8));
                if (i % 100 == 60 && i < message.Length - 1) bytes.Write(Frames.Of(0, []));
            }
            await connection.SendAsync(bytes.ToArray());
            Assert.NotNull(await connection.ReadUntilAsync("\"whole\""));
        }
        using var endless = await RawConnection.OpenWebSocketAsync(Port, TestClient.SocketIo);
        var fragment = Frames.Of(0, new byte[1000]);
        await endless.SendAsync(Frames.Of(0x02, new byte[1000]));
        for (var i = 0; i < 1000 && await endless.SendAsync(fragment); i++) { }
        await endless.ReadToEndAsync();
    });

    private Task ManyAsync(int count) => AttackAsync(async () =>
    {
        var (next, connections) = (0, 0);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async worker =>
        {
            var random = new Random(worker);
            var buffer = new byte[16 * 1024];
            while (Volatile.Read(ref next) < count)
            {
                var address = $"127.3.{random.Next(250)}.{random.Next(1, 250)}";
                Interlocked.Increment(ref connections);
                Interlocked.Add(ref next, random.Next(20) switch
                {
                    < 4 => await FrameAsync(random, address),
                    < 8 => await PacketsAsync(random, address),
                    < 9 => await BodyAsync(random, address),
                    _ => await MessagesAsync(random, address),
                });
            }
        }));
        Note($"{next} malformed frames, packets, messages and bodies over {connections} connections in {clock.Elapsed.TotalSeconds:0} s");
    }, count >= 100_000);

    private async Task<int> FrameAsync(Random random, string from)
    {
        using var connection = await RawConnection.OpenWebSocketAsync(Port, random.Next(2) == 0 ? TestClient.SocketIo : "/ws", from: from);
        await connection.SendAsync(Malformed.WebSocketFrames.ElementAt(random.Next(Malformed.WebSocketFrames.Count)).Value);
        connection.Reset();
        return 1;
    }

    private async Task<int> PacketsAsync(Random random, string from)
    {
        using var connection = await RawConnection.OpenWebSocketAsync(Port, TestClient.SocketIo, from: from);
        if (random.Next(2) == 0) await connection.SendAsync(Frames.Text("40"));
        await connection.SendAsync(Frames.Text(Mutated(random, Malformed.Packets[random.Next(Malformed.Packets.Count)])));
        connection.Reset();
        return 1;
    }

    private async Task<int> BodyAsync(Random random, string from)
    {
        await using var visitor = new Visitor(Port, from);
        var (status, sid) = await visitor.OpenPollingAsync();
        Assert.Equal(HttpStatusCode.OK, status);
        await visitor.PostAsync(sid, Mutated(random, Malformed.Bodies[random.Next(Malformed.Bodies.Count)]));
        return 1;
    }

    /// <summary>Many on one connection; it reads the answers, so that it is no slow consumer.</summary>
    private async Task<int> MessagesAsync(Random random, string from)
    {
        using var connection = await RawConnection.OpenWebSocketAsync(Port, "/ws", from: from);
        var sent = 0;
        for (var round = 0; round < 4; round++)
        {
            var batch = new MemoryStream();
            for (var i = 0; i < 50; i++) batch.Write(Frames.Text(Mutated(random, Malformed.Messages[random.Next(Malformed.Messages.Count)])));
            if (!await connection.SendAsync(batch.ToArray())) break;
            sent += 50;
            if (!connection.DrainAvailable()) break;
        }
        // Everything before it has been read when this is answered, or the node has closed.
        await connection.SendAsync(Frames.Of(0x89, "end"u8));
        await connection.ReadUntilAsync("end");
        connection.Reset();
        return sent;
    }

    private static string Mutated(Random random, string text)
    {
        if (text.Length == 0 || random.Next(2) == 0) return text;
        var at = random.Next(text.Length);
        return random.Next(3) switch
        {
            0 => text[..at],
            1 => text[..at] + (char)random.Next(1, 128) + text[at..],
            _ => text[..at] + text[at..] + text[at..],
        };
    }

    /// <summary>Ten megabytes of zeros, small.</summary>
    private static byte[] Bomb(bool deflate)
    {
        var packed = new MemoryStream();
        using (Stream stream = deflate ? new System.IO.Compression.DeflateStream(packed, System.IO.Compression.CompressionLevel.SmallestSize, true)
            : new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.SmallestSize, true))
            stream.Write(new byte[10_000_000]);
        return packed.ToArray();
    }
}
