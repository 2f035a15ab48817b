using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using DeltaStream.Node.Tests.Commands;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Operators;

/// <summary>The operators' API of live nodes: who may ask, what is refused, what it does.</summary>
public sealed class OperatorApiSpecs : IDisposable
{
    private const string Path = "/api/ops/log-level";

    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task On_the_operators_port_the_log_level_changes_at_once_and_the_act_is_logged()
    {
        var port = FreePort.Next();
        await using var node = await StartAsync(("DEMO_FEED", "on"), ("OPERATOR_PORT", $"{port}"));
        Assert.DoesNotContain("broadcasted_underlying", node.Log);
        Assert.Equal(HttpStatusCode.NotFound, await node.StatusAsync(Path));

        var (code, would) = await NodeCommand.AskAsync([], "log-level", "debug", "--dry-run", "--url", $"http://localhost:{port}");
        Assert.Equal((0, false, "information"), (code, would.GetProperty("done").GetBoolean(), would.GetProperty("before").GetString()));
        Assert.DoesNotContain("operator_acted", node.Log);

        var changed = await NodeCommand.RunAsync([("OPERATOR_PORT", $"{port}")], "log-level", "debug");
        Assert.True(changed.ExitCode == 0, changed.Output);
        await Eventually.True(() => node.Log.Contains("broadcasted_underlying", StringComparison.Ordinal), "debug lines are logged");
        var acted = node.Lines.Select(line => JsonDocument.Parse(line).RootElement).Single(line => line.TryGetProperty("event", out var name) && name.GetString() == "operator_acted");
        Assert.Equal(("anonymous", "log_level", "information to debug for 10 minutes"),
            (acted.GetProperty("operator_name").GetString(), acted.GetProperty("act").GetString(), acted.GetProperty("what").GetString()));
        Assert.Contains("\"level\":\"debug\"", await _http.GetStringAsync(new Uri($"http://127.0.0.1:{port}{Path}")));
    }

    [Fact]
    public async Task What_a_foreign_page_could_send_is_refused_and_so_is_a_storm_of_acts()
    {
        var port = FreePort.Next();
        await using var node = await StartAsync(("DEMO_FEED", "on"), ("OPERATOR_PORT", $"{port}"), ("OPERATOR_HOSTS", "ops.example"));
        var url = new Uri($"http://127.0.0.1:{port}{Path}");
        Assert.Equal((421, "host"), await AskAsync(url, host: "evil.example"));
        Assert.Equal((200, ""), await AskAsync(url, host: "ops.example"));
        Assert.Equal((403, "origin"), await AskAsync(url, origin: "https://evil.example"));
        Assert.Equal((403, "origin"), await AskAsync(url, origin: "null"));
        Assert.Equal((200, ""), await AskAsync(url, origin: $"http://127.0.0.1:{port}"));
        Assert.Equal((415, "content_type"), await AskAsync(url, type: "text/plain"));
        Assert.Equal((400, "invalid_request"), await AskAsync(url, """{"level":"debug","dryrun":true}"""));
        Assert.Equal((400, "invalid_request"), await AskAsync(url, """{"level":"verbose"}"""));
        Assert.Equal((400, "invalid_request"), await AskAsync(url, """{"level":"debug","minutes":0}"""));
        Assert.Equal((400, "invalid_request"), await AskAsync(url, "["));
        Assert.Equal(413, (await AskAsync(url, new string(' ', 5000))).Status);
        Assert.DoesNotContain("operator_acted", node.Log);

        // 10 at once and 2 a second: of many at once some are refused.
        var answers = new List<(int Status, string Code)>();
        while (answers.Count < 1000 && !answers.Contains((429, "rate_limited")))
            answers.AddRange(await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => AskAsync(url))));
        Assert.Contains((429, "rate_limited"), answers);
        await Eventually.True(() => node.Log.Contains("operator_refused", StringComparison.Ordinal), "refusals are logged");
    }

    [Fact]
    public async Task With_tokens_the_role_operator_is_needed_and_the_log_names_the_subject()
    {
        await using var node = await StartAsync(("DEMO_FEED", "on"), ("AUTH_MODE", "jwt"), ("AUTH_JWT_SECRET", TokenIssuer.Secret));
        var url = new Uri(node.Url, Path);
        Assert.Equal(401, (await AskAsync(url)).Status);
        Assert.Equal(401, (await AskAsync(new Uri(url + "?token=" + await MintAsync("--role", "operator")))).Status);
        Assert.Equal(403, (await AskAsync(url, token: await MintAsync())).Status);
        var token = await MintAsync("--role", "operator", "--subject", "night shift");
        Assert.Equal(200, (await AskAsync(url, token: token)).Status);

        var changed = await NodeCommand.RunAsync([("DELTASTREAM_TOKEN", token)], "log-level", "warning", "--minutes", "5", "--url", node.Url.AbsoluteUri);
        Assert.True(changed.ExitCode == 0, changed.Output);
        await Eventually.True(() => node.Log.Contains("night shift", StringComparison.Ordinal), "the log names the operator");
        Assert.DoesNotContain(token, node.Log);
        Assert.Contains("wants a token", (await NodeCommand.RunAsync([], "log-level", "--url", node.Url.AbsoluteUri)).Output);
    }

    [Fact]
    public async Task In_production_without_tokens_and_without_a_port_there_is_no_such_API()
    {
        await using var node = await StartAsync(("DEMO_FEED", "on"));
        Assert.Equal(404, (await AskAsync(new Uri(node.Url, Path))).Status);
        var result = await NodeCommand.RunAsync([], "log-level", "--url", node.Url.AbsoluteUri);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("OPERATOR_PORT", result.Output);
    }

    private static Task<NodeProcess> StartAsync(params (string, string?)[] variables) => NodeProcess.Start(variables).ReadyAsync();

    private static async Task<string> MintAsync(params string[] options) =>
        (await NodeCommand.RunAsync([("AUTH_JWT_SECRET", TokenIssuer.Secret)], ["token", "mint", .. options])).Output.Trim();

    private async Task<(int Status, string Code)> AskAsync(
        Uri url, string body = """{"level":"debug","dry_run":true}""", string type = "application/json", string? host = null, string? origin = null, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body, Encoding.UTF8, type) };
        request.Headers.Host = host;
        if (origin is not null) request.Headers.Add("Origin", origin);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (!text.StartsWith('{')) return ((int)response.StatusCode, "");
        using var document = JsonDocument.Parse(text);
        return ((int)response.StatusCode, document.RootElement.TryGetProperty("code", out var code) ? code.GetString()! : "");
    }
}
