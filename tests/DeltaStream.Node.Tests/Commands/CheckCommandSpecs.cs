using System.Text.Json;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Commands;

/// <summary><c>check</c>: what it finds before a node starts, and what it never shows.</summary>
public sealed class CheckCommandSpecs
{
    // A slow machine takes long to connect, and that is not what these specs are about.
    private static readonly (string, string?)[] Anonymous = [("AUTH_ALLOW_ANONYMOUS", "true"), ("deltastream__redis__command_timeout", "30s")];

    [Fact]
    public async Task A_user_with_the_documented_rights_passes_and_nothing_is_left_in_Redis()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.ExecuteAsync(["ACL", "SETUSER", "deltastream", "on", ">s:cret@1", .. DocumentedRights.Of("resetkeys")]);
        var result = await NodeCommand.RunAsync([.. Anonymous, ("REDIS_URL", $"redis://deltastream:s%3Acret%401@127.0.0.1:{redis.Port}")], "check");
        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Matches(@"ok +redis_rights ", result.Output);
        Assert.Matches(@"ok +clock ", result.Output);
        Assert.Contains($"redis://deltastream:***@127.0.0.1:{redis.Port}/0", result.Output);
        Assert.DoesNotContain("cret", result.Output.Replace("_secret", "", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("0", await redis.ExecuteAsync("DBSIZE"));
        Assert.Equal("", await redis.ExecuteAsync("ACL", "LOG"));
    }

    [Theory]
    [InlineData("-zadd", "ZADD deltastream:check:…: NOPERM")]
    [InlineData("-eval", "EVAL: NOPERM")]
    [InlineData("-publish", "PUBLISH deltastream:echo:…: NOPERM")]
    [InlineData("-psubscribe", "PSUBSCRIBE enriched:*: NOPERM")]
    [InlineData("resetkeys ~deltastream:*", "SET latest:check:…: NOPERM")]
    public async Task A_missing_right_is_named_with_the_command_that_Redis_refused(string change, string found)
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.ExecuteAsync(["ACL", "SETUSER", "deltastream", "on", ">secret", .. DocumentedRights.Of("resetkeys"), .. change.Split(' ')]);
        var (code, report) = await NodeCommand.AskAsync([.. Anonymous, ("REDIS_URL", $"redis://deltastream:secret@127.0.0.1:{redis.Port}")], "check");
        Assert.Equal(1, code);
        Assert.False(report.GetProperty("ok").GetBoolean());
        Assert.Equal("failed", Finding(report, "redis_rights").GetProperty("outcome").GetString());
        Assert.Contains(found, Finding(report, "redis_rights").GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_gateway_without_a_bridge_needs_no_right_to_publish()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.ExecuteAsync(["ACL", "SETUSER", "deltastream", "on", ">secret", .. DocumentedRights.Of("resetkeys"), "-publish", "-psubscribe", "-subscribe"]);
        var (code, report) = await NodeCommand.AskAsync(
            [.. Anonymous, ("CLUSTER_ROLES", "gateway"), ("REDIS_URL", $"redis://deltastream:secret@127.0.0.1:{redis.Port}")], "check");
        Assert.True(code == 0, report.ToString());
    }

    [Fact]
    public async Task A_Redis_that_does_not_answer_and_a_refused_login_fail()
    {
        var (code, report) = await NodeCommand.AskAsync([.. Anonymous, ("REDIS_URL", $"redis://127.0.0.1:{FreePort.Next()}")], "check");
        Assert.Equal((1, "failed"), (code, Finding(report, "redis").GetProperty("outcome").GetString()));

        await using var redis = await RedisServer.StartAsync("--requirepass", "right");
        (code, report) = await NodeCommand.AskAsync([.. Anonymous, ("REDIS_URL", $"redis://:wrong-one@127.0.0.1:{redis.Port}")], "check");
        Assert.Equal(1, code);
        Assert.Contains("refused the login", Finding(report, "redis").GetProperty("text").GetString());
        Assert.DoesNotContain("wrong-one", report.ToString());
    }

    [Fact]
    public async Task A_clock_that_differs_from_that_of_Redis_fails()
    {
        await using var redis = await RedisServer.StartAsync();
        using var clock = await SkewedClock.AheadAsync(TimeSpan.FromSeconds(30));
        var (code, report) = await NodeCommand.AskAsync([.. Anonymous, .. clock.Variables, ("REDIS_URL", redis.Url)], "check");
        Assert.Equal(1, code);
        Assert.Contains("ahead of Redis's", Finding(report, "clock").GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_wrong_setting_fails_with_the_line_that_the_node_would_print()
    {
        var (code, report) = await NodeCommand.AskAsync([.. Anonymous, ("DEMO_FEED", "on"), ("DRAIN_SECONDS", "soon")], "check");
        Assert.Equal(1, code);
        Assert.StartsWith("DRAIN_SECONDS=soon is not allowed: ", Finding(report, "settings").GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_certificate_that_expires_soon_is_a_warning()
    {
        using var certificates = await Certificates.MakeForAsync(3);
        var (code, report) = await NodeCommand.AskAsync(
            [.. Anonymous, ("DEMO_FEED", "on"), ("HTTPS_CERTIFICATE", certificates.Certificate()), ("HTTPS_KEY", certificates.Key())], "check");
        Assert.Equal(0, code);
        var finding = Finding(report, "https_certificate");
        Assert.Equal("warning", finding.GetProperty("outcome").GetString());
        Assert.Matches("expires in [23] days", finding.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Each_setting_tells_its_source_and_secrets_are_masked()
    {
        var hocon = Path.GetTempFileName();
        var secret = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(hocon, "deltastream.latest-seconds = 90");
            await File.WriteAllTextAsync(secret, TokenIssuer.Secret);
            var (code, report) = await NodeCommand.AskAsync(
                [("DEMO_FEED", "on"), ("HOCON_FILE", hocon), ("AUTH_MODE", "jwt"), ("AUTH_JWT_SECRET_FILE", secret), ("AUTH_JWT_SECRET_PREVIOUS", TokenIssuer.Secret),
                    ("deltastream__bridge__lease_ttl", "2s")], "check");
            Assert.True(code == 0, report.ToString());
            Assert.Equal(("90", $"HOCON_FILE {hocon}"), Setting(report, "LATEST_SECONDS"));
            Assert.Equal(("***", $"AUTH_JWT_SECRET_FILE {secret}"), Setting(report, "AUTH_JWT_SECRET"));
            Assert.Equal(("***", "environment"), Setting(report, "AUTH_JWT_SECRET_PREVIOUS"));
            Assert.Equal(("2s", "environment"), Setting(report, "deltastream.bridge.lease-ttl"));
            Assert.Equal(("8002", "default"), Setting(report, "PORT"));
            Assert.DoesNotContain(TokenIssuer.Secret, report.ToString());
        }
        finally
        {
            File.Delete(hocon);
            File.Delete(secret);
        }
    }

    private static JsonElement Finding(JsonElement report, string name)
    {
        var findings = report.GetProperty("findings").EnumerateArray().Where(finding => finding.GetProperty("name").GetString() == name).ToArray();
        Assert.True(findings.Length == 1, report.GetProperty("findings").ToString());
        return findings[0];
    }

    private static (string?, string?) Setting(JsonElement report, string name)
    {
        var setting = report.GetProperty("settings").EnumerateArray().Single(setting => setting.GetProperty("name").GetString() == name);
        return (setting.GetProperty("value").GetString(), setting.GetProperty("source").GetString());
    }
}
