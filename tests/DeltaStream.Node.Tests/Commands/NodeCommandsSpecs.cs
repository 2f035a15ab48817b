using DeltaStream.Node.Commands;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Commands;

/// <summary>Which arguments are a command, and <c>health</c> and <c>token</c> from outside.</summary>
public sealed class NodeCommandsSpecs
{
    [Theory]
    [InlineData(false)]
    [InlineData(false, "--PORT=9000")]
    [InlineData(false, "--PORT", "9000")]
    [InlineData(false, "PORT=9000")]
    [InlineData(false, "/PORT=9000")]
    [InlineData(true, "check")]
    [InlineData(true, "chekc")]
    [InlineData(true, "--help")]
    [InlineData(true, "[suggest:4]", "chec")]
    public void Arguments_of_the_host_run_the_node_and_words_are_commands(bool isCommand, params string[] arguments) =>
        Assert.Equal(isCommand, NodeCommands.IsCommand(arguments));

    [Fact]
    public void Every_command_has_a_description_and_each_that_does_something_has_examples() =>
        Assert.All(Leaves(NodeCommands.Root()), command => Assert.Contains("Examples:\n  ", command.Description));

    [Fact]
    public async Task A_misspelt_command_starts_no_node()
    {
        var result = await NodeCommand.RunAsync([], "chekc");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("'chekc'", result.Output);
    }

    [Fact]
    public async Task Help_shows_the_examples_and_a_shell_gets_completions()
    {
        var help = await NodeCommand.RunAsync([], "token", "mint", "--help");
        Assert.Equal(0, help.ExitCode);
        Assert.Contains("token mint --subject prometheus --role operator --expires 30d", help.Output);
        var suggested = await NodeCommand.RunAsync([], "[suggest:2]", "he");
        Assert.Contains("health", suggested.Output);
    }

    [Fact]
    public async Task Health_asks_the_node_of_these_settings_over_plain_HTTP_and_HTTPS()
    {
        using var certificates = await Certificates.MakeAsync();
        foreach (var tls in new (string, string?)[][] { [], [("HTTPS_CERTIFICATE", certificates.Certificate()), ("HTTPS_KEY", certificates.Key())] })
        {
            var port = $"{FreePort.Next()}";
            (string, string?)[] variables = [("PORT", port), ("DEMO_FEED", "on"), .. tls];
            await using var node = await NodeProcess.Start(variables).ReadyAsync();
            var (code, answer) = await NodeCommand.AskAsync(variables, "health", "--ready");
            Assert.True(code == 0, answer.ToString());
            Assert.True(answer.GetProperty("healthy").GetBoolean());
            Assert.EndsWith($"://127.0.0.1:{port}/health/ready", answer.GetProperty("url").GetString());
            await node.KillAsync();
            Assert.Equal(1, (await NodeCommand.RunAsync(variables, "health")).ExitCode);
        }
    }

    [Fact]
    public async Task A_minted_token_passes_the_check_and_one_of_another_secret_does_not()
    {
        (string, string?)[] variables = [("AUTH_JWT_SECRET", TokenIssuer.Secret), ("AUTH_JWT_ISSUER", "platform"), ("AUTH_JWT_AUDIENCE", "market")];
        var minted = await NodeCommand.RunAsync(variables, "token", "mint", "--subject", "O'Neil \"seven\"", "--rooms", "general product:*", "--role", "operator", "--expires", "12h");
        Assert.True(minted.ExitCode == 0, minted.Output);
        var token = minted.Output.Trim();
        var (code, report) = await NodeCommand.AskAsync([.. variables, ("DELTASTREAM_TOKEN", token)], "token", "check");
        Assert.Equal(0, code);
        Assert.Equal(("O'Neil \"seven\"", "operator"), (report.GetProperty("subject").GetString(), report.GetProperty("role").GetString()));
        Assert.Equal(["general", "product:*"], report.GetProperty("rooms").EnumerateArray().Select(room => room.GetString()));
        Assert.InRange(report.GetProperty("expires_at").GetDateTimeOffset() - DateTimeOffset.UtcNow, TimeSpan.FromHours(11.9), TimeSpan.FromHours(12));

        (code, report) = await NodeCommand.AskAsync([("AUTH_JWT_SECRET", TokenIssuer.Secret + "!"), ("DELTASTREAM_TOKEN", token)], "token", "check");
        Assert.Equal((1, "signature"), (code, report.GetProperty("reason").GetString()));
        (code, report) = await NodeCommand.AskAsync([("AUTH_JWT_SECRET", TokenIssuer.Secret), ("AUTH_JWT_ISSUER", "another"), ("DELTASTREAM_TOKEN", token)], "token", "check");
        Assert.Equal((1, "issuer"), (code, report.GetProperty("reason").GetString()));
    }

    [Theory]
    [InlineData("", "AUTH_JWT_SECRET")]
    [InlineData("short", "at least 32 bytes, as HS256 demands; it has 5")]
    [InlineData(TokenIssuer.Secret, "a number with its unit", "--expires", "12")]
    [InlineData(TokenIssuer.Secret, "--expire", "--expire", "12h")]
    [InlineData(TokenIssuer.Secret, "control characters", "--subject", "a\nb")]
    public async Task Wrong_arguments_of_token_mint_are_refused_with_a_line_that_names_them(string secret, string line, params string[] arguments)
    {
        var made = await NodeCommand.RunAsync([("AUTH_JWT_SECRET", secret)], ["token", "mint", .. arguments]);
        Assert.Equal(2, made.ExitCode);
        Assert.Contains(line, made.Output);
        Assert.DoesNotContain(TokenIssuer.Secret, made.Output);
    }

    private static IEnumerable<System.CommandLine.Command> Leaves(System.CommandLine.Command command) =>
        command.Subcommands.Count == 0 ? [command] : command.Subcommands.SelectMany(Leaves);
}
