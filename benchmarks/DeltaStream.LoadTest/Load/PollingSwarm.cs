using System.Text;

namespace DeltaStream.LoadTest.Load;

/// <summary>Socket.IO clients that stay on long-polling.</summary>
internal sealed class PollingSwarm(int port) : IDisposable
{
    private const char RecordSeparator = '\u001e';
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{port}"),
        Timeout = TimeSpan.FromMinutes(2),
    };

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Client> _clients = [];

    /// <summary>Updates that all clients together have received.</summary>
    public long Delivered => _clients.Sum(client => client.Delivered);

    /// <summary>Number of clients that have the newest update that any client has.</summary>
    public int WithNewest
    {
        get
        {
            var newest = _clients.Max(client => client.Newest);
            return _clients.Count(client => client.Newest == newest);
        }
    }

    public async Task ConnectAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var opened = await _http.GetStringAsync("/socket.io/?EIO=4&transport=polling");
            var path = "/socket.io/?EIO=4&transport=polling&sid=" + opened.Split('"')[3];
            await SendAsync(path, "40");
            var client = new Client();
            _clients.Add(client);
            _ = PollAsync(path, client);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _http.Dispose();
    }

    private async Task PollAsync(string path, Client client)
    {
        try
        {
            while (true)
            {
                var body = await _http.GetStringAsync(path, _stop.Token);
                foreach (var packet in body.Split(RecordSeparator))
                {
                    if (packet == "2") await SendAsync(path, "3");
                    else if (packet.StartsWith("42[\"underlying_update", StringComparison.Ordinal)) client.Take(packet);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException)
        {
            // The run is over, or the server closed the session. In the second case its updates are missing from the figures.
        }
    }

    private async Task SendAsync(string path, string packet)
    {
        using var content = new StringContent(packet, Encoding.UTF8, "text/plain");
        (await _http.PostAsync(path, content, _stop.Token)).EnsureSuccessStatusCode().Dispose();
    }

    private sealed class Client
    {
        public long Delivered { get; private set; }

        /// <summary>The send time in the last update; it identifies the update.</summary>
        public string Newest { get; private set; } = "";

        public void Take(string packet)
        {
            Delivered++;
            var at = packet.IndexOf("\"sent\": ", StringComparison.Ordinal);
            Newest = packet.Substring(at + 8, 16);
        }
    }
}
