using System.Net.Http.Headers;

namespace DeltaStream.Conformance.Tests.Clients;

/// <summary>An HTTP response, read to its end.</summary>
internal sealed record Response(int Status, string Body, HttpResponseHeaders Headers, HttpContentHeaders Content)
{
    public string[] Packets => Body.Split('\x1e');

    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    public void Is(int status, string body) => Assert.Equal((status, body), (Status, Body));

    public void IsRefusal(int status, int code, string message)
    {
        Is(status, $$"""{"code":{{code}},"message":"{{message}}"}""");
        Assert.Equal("application/json", Content.ContentType?.MediaType);
    }

    public void IsUnknownSession() => IsRefusal(400, 1, "Session ID unknown");

    public static async Task<Response> Read(Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        var body = await response.Content.ReadAsStringAsync();
        return new Response((int)response.StatusCode, body, response.Headers, response.Content.Headers);
    }
}
