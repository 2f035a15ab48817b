using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace DeltaStream.TestSupport;

/// <summary>The Redis protocol by hand: what a foreign program says to a Redis that a node uses too.</summary>
public sealed class RespConnection : IAsyncDisposable
{
    private readonly TcpClient _client;
    private readonly Stream _stream;

    private RespConnection(TcpClient client)
    {
        _client = client;
        _stream = new BufferedStream(client.GetStream());
    }

    public static async Task<RespConnection> OpenAsync(int port)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync("127.0.0.1", port);
        return new RespConnection(client);
    }

    /// <summary>Runs one command; the answer as text, an array's elements line by line, an error with its leading minus.</summary>
    public async Task<string> ExecuteAsync(params string[] command)
    {
        await SendAsync(command);
        return await ReadAsync();
    }

    public async Task SendAsync(params string[] command)
    {
        var bytes = new MemoryStream();
        void Line(string text) => bytes.Write(Encoding.UTF8.GetBytes(text + "\r\n"));
        Line($"*{command.Length}");
        foreach (var part in command)
        {
            Line($"${Encoding.UTF8.GetByteCount(part)}");
            Line(part);
        }

        await _stream.WriteAsync(bytes.ToArray());
        await _stream.FlushAsync();
    }

    /// <summary>Reads the next answer, or what a subscription delivers.</summary>
    public async Task<string> ReadAsync()
    {
        var line = await LineAsync();
        switch (line[0])
        {
            case '$':
                var length = int.Parse(line[1..], CultureInfo.InvariantCulture);
                if (length < 0) return "";
                var bytes = new byte[length + 2];
                await _stream.ReadExactlyAsync(bytes);
                return Encoding.UTF8.GetString(bytes, 0, length);
            case '*':
                var elements = new string[Math.Max(0, int.Parse(line[1..], CultureInfo.InvariantCulture))];
                for (var i = 0; i < elements.Length; i++) elements[i] = await ReadAsync();
                return string.Join('\n', elements);
            case '-':
                return line;
            default:
                return line[1..];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _client.Dispose();
    }

    private async Task<string> LineAsync()
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (true)
        {
            if (await _stream.ReadAsync(one) == 0) throw new IOException("the server closed the connection");
            if (one[0] == '\n') return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }
    }
}
