using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using DeltaStream.Demo.Embedded;

namespace DeltaStream.Demo.Tests.Embedded;

/// <summary>Where the embedded server listens, and what it leaves behind.</summary>
public class EmbeddedRedisPortSpecs
{
    [Fact]
    public void A_taken_port_is_named_in_the_error()
    {
        using var first = EmbeddedRedis.Start(EmbeddedRedis.AnyPort);

        var error = Assert.Throws<EmbeddedRedisException>(() => EmbeddedRedis.Start(first.Port));

        Assert.Equal(first.Port, error.Port);
        Assert.Contains($"127.0.0.1:{first.Port}", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_taken_port_is_replaced_by_a_free_one_with_a_log_line()
    {
        using var first = EmbeddedRedis.Start(EmbeddedRedis.AnyPort);
        using var second = EmbeddedRedis.StartPreferring(first.Port);

        Assert.Null(first.TakenPort);
        Assert.Equal(first.Port, second.TakenPort);
        Assert.NotEqual(first.Port, second.Port);
        Assert.Equal($"redis://127.0.0.1:{second.Port}", second.Url);
    }

    [Fact]
    public void The_embedded_server_listens_on_loopback_only()
    {
        using var redis = EmbeddedRedis.Start(EmbeddedRedis.AnyPort);

        var listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(l => l.Port == redis.Port);

        Assert.All(listeners, listener => Assert.Equal(IPAddress.Loopback, listener.Address));
    }

    [Fact]
    public void The_embedded_server_releases_its_port_and_starts_on_it_again()
    {
        var port = EmbeddedRedis.AnyPort;
        for (var round = 0; round < 3; round++)
        {
            using var redis = EmbeddedRedis.Start(port);
            using var client = new TcpClient("127.0.0.1", redis.Port);
            Assert.True(client.Connected);
            port = redis.Port;
        }

        Assert.Throws<SocketException>(() => new TcpClient("127.0.0.1", port));
    }

    [Fact]
    public void The_embedded_server_leaves_no_file_behind()
    {
        string[] Files() => [.. Directory.EnumerateFileSystemEntries(Environment.CurrentDirectory, "*", SearchOption.AllDirectories)];
        var before = Files();

        using (var redis = EmbeddedRedis.Start(EmbeddedRedis.AnyPort))
        using (var client = new TcpClient("127.0.0.1", redis.Port))
        {
            // More than the 16 MB of log, so that what would spill to disk does.
            var set = "*3\r\n$3\r\nSET\r\n$8\r\nkey:0000\r\n$65536\r\n"u8.ToArray().Concat(new byte[65536]).Concat("\r\n"u8.ToArray()).ToArray();
            var keyDigits = set.AsSpan().IndexOf("0000"u8);
            var reply = new byte[5];
            for (var i = 0; i < 500; i++)
            {
                Encoding.ASCII.GetBytes($"{i:0000}", set.AsSpan(keyDigits));
                client.GetStream().Write(set);
                client.GetStream().ReadExactly(reply);
                Assert.Equal((byte)'+', reply[0]);
            }
        }

        Assert.Equal(before, Files());
    }
}
