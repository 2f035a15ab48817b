using System.IO.Compression;
using System.Text;
using Xunit.Abstractions;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>Compressed frames on a node that takes them.</summary>
[Collection(TalkativeCollection.Name)]
public sealed class CompressedSpecs(TalkativeNode node, ITestOutputHelper output) : AttackSpec(node, output)
{
    private const int TooBig = 1009;
    private const int BadData = 1007;
    private const int BrokenRule = 1002;

    /// <summary>What is sent, and the code that closes the connection for it.</summary>
    private static readonly Dictionary<string, (byte[] Frames, int Code)> Attacks = new()
    {
        ["ten megabytes of zeros"] = (Frames.Of(0xC1, Packed(10_000_000)), TooBig),
        ["as many zeros as fit into a message"] = (Frames.Of(0xC1, Packed(60_000_000)), TooBig),
        ["one byte too many"] = (Frames.Of(0xC1, Packed(65_537)), TooBig),
        ["a bomb in parts"] = ([.. Frames.Of(0x41, Packed(10_000_000).AsSpan(0, 5_000)), .. Frames.Of(0x80, Packed(10_000_000).AsSpan(5_000))], TooBig),
        ["a bomb within a bomb"] = (Frames.Of(0xC1, Packed(Packed(10_000_000))), BadData),
        ["noise"] = (Frames.Of(0xC1, Enumerable.Repeat((byte)0xFF, 1_000).ToArray()), BadData),
        ["a text that is not UTF-8"] = (Frames.Of(0xC1, Packed([0x34, 0xC0, 0x80])), BadData),
        ["a part that says once more that it is compressed"] = ([.. Frames.Of(0x41, Packed(100)), .. Frames.Of(0xC0, Packed(100))], BrokenRule),
        ["a compressed ping"] = (Frames.Of(0xC9, Packed(100)), BrokenRule),
        ["a compressed message over the limit as it is"] = (Frames.Of(0xC1, [], claims: 1_000_000), TooBig),
    };

    [Fact]
    public Task Compressed_bombs_are_unpacked_up_to_the_message_limit_only() => AttackAsync(async () =>
    {
        for (var round = 0; round < 5; round++)
        {
            await Task.WhenAll(Attacks.SelectMany(each => new[] { TestClient.SocketIo, "/ws" }.Select(async path =>
            {
                using var connection = await OpenAsync(path);
                await connection.SendAsync(each.Value.Frames);
                var farewell = await connection.ReadToEndAsync(TimeSpan.FromSeconds(30));
                Assert.True(CloseCodeOf(farewell) == each.Value.Code, $"{each.Key}: {path} ends with {CloseCodeOf(farewell)}");
            })));
        }
    });

    [Fact]
    public Task An_honest_client_that_compresses_is_understood() => AttackAsync(async () =>
    {
        using var connection = await OpenAsync("/ws");
        await connection.SendAsync(Frames.Of(0xC1, Packed(Encoding.UTF8.GetBytes("{\"event\":\"get_products\",\"id\":\"packed\"}"))));
        Assert.NotNull(await connection.ReadUntilAsync("\"packed\""));
        // The largest message there may be, which is no event.
        await connection.SendAsync(Frames.Of(0xC1, Packed(65_536)));
        Assert.NotNull(await connection.ReadUntilAsync("invalid_message"));
    });

    private async Task<RawConnection> OpenAsync(string path)
    {
        var connection = await RawConnection.OpenWebSocketAsync(Port, path, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
        Assert.Contains("permessage-deflate", connection.Head);
        return connection;
    }

    /// <summary>The code of the close frame that is the last that was sent; 0 where there is none.</summary>
    private static int CloseCodeOf(byte[] bytes)
    {
        for (var i = bytes.Length - 4; i >= 0; i--)
            if (bytes[i] == 0x88 && bytes[i + 1] == bytes.Length - i - 2) return (bytes[i + 2] << 8) | bytes[i + 3];
        return 0;
    }

    private static byte[] Packed(int zeros) => Packed(new byte[zeros]);

    private static byte[] Packed(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var stream = new DeflateStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) stream.Write(bytes);
        return packed.ToArray();
    }
}
