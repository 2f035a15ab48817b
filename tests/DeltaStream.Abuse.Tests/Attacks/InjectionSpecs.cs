using System.Text;
using System.Text.Json;
using Xunit.Abstractions;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>What a client writes stays what it is: no line of the log, no header, no key of somebody else's JSON.</summary>
public sealed class InjectionSpecs(AbusedNode abused, ITestOutputHelper output) : AttackSpec(abused, output)
{
    private const string Forged = "{\"@t\":\"2026-01-01T00:00:00Z\",\"event\":\"forged_event\",\"@l\":\"Information\"}";

    internal static readonly string[] Texts =
    [
        "\n" + Forged, "\r\n" + Forged, "\u2028" + Forged, "\u0085" + Forged, "\u001b[2J\u001b[31mforged", "{forged}", "{0}{1:x}{@forged}", "%n%s", "${jndi:ldap://forged}",
        "\0forged", "\"},{\"event\":\"forged_event\"", "<script>forged</script>", "../../forged", "\ufeffforged",
    ];

    [Fact]
    public Task No_string_of_a_client_makes_a_line_of_the_log_or_a_header() => AttackAsync(async () =>
    {
        var lines = Abused.Node.Lines.Count;
        await using (var client = await TestClient.ConnectAsync(Abused.Node))
        {
            foreach (var text in Texts)
            {
                var json = JsonSerializer.Serialize(text);
                await client.EmitAsync("subscribe", $"{{\"type\":{json},\"symbol\":\"X\"}}");
                await client.EmitAsync("subscribe", $"{{\"type\":\"product\",\"symbol\":{json}}}");
                await client.EmitAsync("subscribe", $"{{\"type\":\"chain\",\"symbol\":\"X\",\"expiry\":{json}}}");
                await client.EmitAsync("x" + text, json);
            }
            await Eventually.True(() => client.Of("error").Count >= 3, "it is answered");
        }
        using (var plain = await RawConnection.OpenWebSocketAsync(Port, "/ws", $"User-Agent: {Forged}\r\nOrigin: http://{Uri.EscapeDataString(Forged)}\r\n"))
        {
            foreach (var text in Texts)
                await plain.SendAsync(Frames.Text($"{{\"event\":{JsonSerializer.Serialize(text)},\"id\":{JsonSerializer.Serialize(text)},\"data\":{{}}}}"));
            await plain.SendAsync(Frames.Of(0x89, "end"u8));
            await plain.ReadUntilAsync("end");
        }
        foreach (var text in Texts.Select(Uri.EscapeDataString))
        {
            await AnswersAsync($"GET /socket.io/?EIO={text}&transport=polling HTTP/1.1\r\nHost: localhost\r\n\r\n");
            await AnswersAsync($"GET /socket.io/?EIO=4&transport=polling&sid={text} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            await AnswersAsync($"GET /{text} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }

        var written = Abused.Node.Lines.Skip(lines).ToArray();
        Assert.All(written, line =>
        {
            Assert.DoesNotContain('\u001b', line);
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.TryGetProperty("event", out var name)) Assert.NotEqual("forged_event", name.GetString());
        });
    });

    // Header values that a browser would never send; some go into the answer's CORS headers.
    private static readonly string[] Headers =
    [
        "Origin: http://caf\u00c3\u00a9.example", "Origin: \u00ff\u00fe", "Origin: http://a.example\tSet-Cookie: forged=1",
        "Access-Control-Request-Headers: x-\u00c3\u00a9", "Access-Control-Request-Headers: a\tforged: 1", "Origin: null\r\nOrigin: http://other.example",
        "X-Forwarded-For: \u00ff, forged", "Host: forged\u00ff",
    ];

    [Fact]
    public Task No_header_breaks_the_answer() => AttackAsync(async () =>
    {
        foreach (var header in Headers)
        {
            foreach (var request in new[] { "OPTIONS /socket.io/?EIO=4&transport=polling", "GET /socket.io/?EIO=4&transport=polling", "GET /ws", "GET /" })
            {
                var host = header.StartsWith("Host", StringComparison.Ordinal) ? "" : "Host: localhost\r\n";
                var answer = await AnswersAsync($"{request} HTTP/1.1\r\n{host}{header}\r\nConnection: close\r\n\r\n");
                Assert.DoesNotContain("\nSet-Cookie", answer);
                Assert.DoesNotContain("\nforged", answer);
            }
        }
    });

    private async Task<string> AnswersAsync(string request)
    {
        using var connection = await RawConnection.OpenAsync(Port);
        await connection.SendAsync(request.Contains("Connection: close") ? request : request.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
        var answer = Encoding.Latin1.GetString(await connection.ReadToEndAsync());
        Assert.StartsWith("HTTP/1.1 ", answer);
        Assert.False(answer.StartsWith("HTTP/1.1 5", StringComparison.Ordinal), answer);
        return answer;
    }

    [Fact]
    public Task Odd_JSON_is_answered_or_refused_and_nothing_else() => AttackAsync(async () =>
    {
        var odd = new Dictionary<string, string>
        {
            ["deep arrays"] = "{\"type\":\"product\",\"symbol\":\"A\",\"x\":" + new string('[', 30_000) + new string(']', 30_000) + "}",
            ["deep objects"] = string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000),
            ["never closed"] = new string('[', 60_000),
            ["duplicate keys"] = "{" + string.Concat(Enumerable.Repeat("\"type\":\"chain\",", 3_000)) + "\"type\":\"product\",\"symbol\":\"A\"}",
            ["many keys"] = "{" + string.Concat(Enumerable.Range(0, 5_000).Select(i => $"\"k{i}\":1,")) + "\"type\":\"product\",\"symbol\":\"A\"}",
            ["a long number"] = "{\"type\":\"product\",\"symbol\":" + new string('9', 60_000) + "}",
            ["a huge exponent"] = "{\"type\":\"product\",\"symbol\":1e99999999999}",
            ["a long string"] = "{\"type\":\"product\",\"symbol\":\"" + new string('A', 60_000) + "\"}",
            ["a lone surrogate"] = "{\"type\":\"product\",\"symbol\":\"\\ud800\"}",
            ["a swapped pair"] = "{\"type\":\"product\",\"symbol\":\"\\udc00\\ud800\"}",
            ["a lone surrogate in a key"] = "{\"\\ud800\":1,\"type\":\"\\udfff\",\"symbol\":\"A\"}",
            ["escapes alone"] = "{\"type\":\"" + string.Concat(Enumerable.Repeat("\\u0041", 9_000)) + "\",\"symbol\":\"A\"}",
            ["prototype keys"] = "{\"__proto__\":{\"type\":\"product\"},\"constructor\":1,\"type\":\"product\",\"symbol\":\"A\"}",
        };
        await Task.WhenAll(odd.SelectMany(each => new[]
        {
            AnsweredAsync(each.Key, TestClient.SocketIo, "40", $"427[\"subscribe\",{each.Value}]"),
            AnsweredAsync(each.Key, "/ws", "", "{\"event\":\"subscribe\",\"id\":7,\"data\":" + each.Value + "}"),
        }));

        async Task AnsweredAsync(string name, string path, string open, string message)
        {
            using var connection = await RawConnection.OpenWebSocketAsync(Port, path);
            if (open.Length > 0) await connection.SendAsync(Frames.Text(open));
            await connection.SendAsync(Frames.Text(message));
            await connection.SendAsync(Frames.Of(0x89, "is there an end"u8));
            var isAnswered = await connection.ReadUntilAsync("is there an end") is not null;
            // Socket.IO packets may be 64 levels deep; what is deeper ends the connection.
            Assert.True(isAnswered || name.StartsWith("deep", StringComparison.Ordinal) || name == "never closed", $"{name}: {path} was closed");
            connection.Reset();
        }
    });
}
