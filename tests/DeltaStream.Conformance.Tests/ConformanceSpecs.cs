namespace DeltaStream.Conformance.Tests;

/// <summary>What the specs share.</summary>
[Collection(ConformanceCollection.Name)]
public abstract class ConformanceSpecs(ConformanceHost host)
{
    protected ConformanceHost Host { get; } = host;

    private protected Task<Response> Get(string pathAndQuery) => Send(HttpMethod.Get, pathAndQuery);

    private protected Task<Response> Send(HttpMethod method, string pathAndQuery, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, Host.Url(pathAndQuery));
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return Response.Read(Host.Http.SendAsync(request));
    }

    /// <summary>A Socket.IO client that has joined <c>/</c>.</summary>
    private protected async Task<TestClient> Joined()
    {
        var client = await SocketClient.Open(Host, Paths.Sockets);
        await client.SendAsync("40");
        Assert.StartsWith("40{", await client.ReceiveMessage());
        await client.Expect("""42["auth",{}]""");
        return client;
    }
}
