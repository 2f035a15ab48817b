using System.Text;
using System.Text.RegularExpressions;

namespace DeltaStream.Conformance.Tests.Clients;

/// <summary>A session over long-polling; it does nothing by itself.</summary>
internal sealed partial class PollingSession
{
    private readonly ConformanceHost _host;
    private readonly string _path;

    private PollingSession(ConformanceHost host, string path, string sid)
    {
        _host = host;
        _path = path;
        Sid = sid;
    }

    public string Sid { get; }

    public string Query => $"{_path}?EIO=4&transport=polling&sid={Sid}";

    public string WebSocketQuery => $"{_path}?EIO=4&transport=websocket&sid={Sid}";

    public static async Task<PollingSession> Open(ConformanceHost host, string path = Paths.Engine)
    {
        var response = await Response.Read(host.Http.GetAsync(host.Url($"{path}?EIO=4&transport=polling")));
        Assert.Equal(200, response.Status);
        return new PollingSession(host, path, SidPattern().Match(response.Body).Groups[1].Value);
    }

    public Task<Response> Poll() => Response.Read(_host.Http.GetAsync(_host.Url(Query)));

    public Task<Response> Post(string body) => Response.Read(_host.Http.PostAsync(_host.Url(Query), new StringContent(body, Encoding.UTF8, "text/plain")));

    public Task<Response> Send(HttpMethod method) => Response.Read(_host.Http.SendAsync(new HttpRequestMessage(method, _host.Url(Query))));

    /// <summary>Polls until a packet other than the heartbeat's is there; answers pings.</summary>
    public async Task<string[]> PollMessages()
    {
        while (true)
        {
            var response = await Poll();
            Assert.Equal(200, response.Status);
            if (response.Packets.Contains("2")) (await Post("3")).Is(200, "ok");
            var messages = response.Packets.Where(packet => packet is not ("2" or "6")).ToArray();
            if (messages.Length > 0) return messages;
        }
    }

    /// <summary>Checks that it goes on: a message is echoed.</summary>
    public async Task GoesOn()
    {
        (await Post("4still here")).Is(200, "ok");
        Assert.Equal(["4still here"], await PollMessages());
    }

    public async Task IsClosed() => (await Poll()).IsUnknownSession();

    [GeneratedRegex("\"sid\":\"([^\"]+)\"")]
    private static partial Regex SidPattern();
}
