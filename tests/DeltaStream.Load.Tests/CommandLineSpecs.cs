using System.Text.RegularExpressions;
using DeltaStream.LoadTest;
using DeltaStream.LoadTest.Servers;
using DeltaStream.TestSupport;
using Checkout = DeltaStream.TestSupport.Repository;

namespace DeltaStream.Load.Tests;

/// <summary>What the command line takes, and that the documents and <c>benchmarks/all</c> ask it for nothing else.</summary>
public sealed partial class CommandLineSpecs
{
    private static readonly string Script = File.ReadAllText(Checkout.PathOf("benchmarks", "all"));
    private static readonly string Documents = string.Concat(new[] { "benchmarks.md", "scaling.md" }.Select(name => File.ReadAllText(Checkout.PathOf("docs", name))));

    /// <summary>All that the documents have in a code font.</summary>
    private static readonly string[] Code =
    [
        .. Block().Matches(Documents).SelectMany(block => block.Groups[1].Value.Split('\n')),
        .. Span().Matches(Block().Replace(Documents, "")).Select(span => span.Groups[1].Value.Replace('\n', ' ')),
    ];

    [Theory]
    [InlineData("", "name a scenario: fanout, ")]
    [InlineData("fanuot", "name a scenario: fanout, ")]
    [InlineData("fanout --clients", "incomplete option '--clients'")]
    [InlineData("fanout --client 5", "unknown option '--client': fanout has --clients, ")]
    [InlineData("fanout --nodes 2", "unknown option '--nodes'")]
    [InlineData("build --clients 2", "unknown option '--clients': build has none")]
    [InlineData("fanout --clients many", "--clients takes a whole number from 1, not 'many'")]
    [InlineData("fanout --rate 0", "--rate takes a whole number from 1, not '0'")]
    [InlineData("fanout --rounds 99999999999", "--rounds takes a whole number from 1")]
    [InlineData("idle --clients 100", "--clients takes a whole number from 101")]
    [InlineData("cluster --nodes 1,", "--nodes takes a whole number from 1, not ''")]
    [InlineData("fanout --servers nobody", "no server is called 'nobody', and no folder is")]
    [InlineData("fanout --servers gateway=/", "no DeltaStream.Node.dll in '/'")]
    [InlineData("fanout --servers kestrel,kestrel", "two servers are called 'kestrel'")]
    [InlineData("cluster --servers socketio", "cluster cannot be measured with 'socketio'")]
    [InlineData("polling --servers kestrel", "polling cannot be measured with 'kestrel'")]
    public void A_wrong_command_line_is_refused(string line, string message) =>
        Assert.StartsWith(message, Assert.Throws<FormatException>(() => Parse(line)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_wrong_command_line_ends_with_one_line_and_exit_code_2()
    {
        var run = await Run.AnyAsync("cluster --servers kestrel");

        Assert.Equal((2, "cluster cannot be measured with 'kestrel'\n"), (run.ExitCode, run.Output));
    }

    [Fact]
    public void A_folder_gives_a_server_another_program_or_a_gateway_another_name()
    {
        var folder = NodeProcess.Program;
        var found = Parse($"fanout --servers gateway={folder},deflate={folder},before={folder},{folder}").Contenders;

        Assert.Equal(["gateway", "deflate", "before", Path.GetFileName(folder)], found.Select(contender => contender.Name));
        Assert.All(found, contender => Assert.Equal((folder, true), (contender.Folder, contender.IsGateway)));
        Assert.Equal(["off", "on", "off", "off"], found.Select(contender => contender.Settings(1, 2)["WEBSOCKET_DEFLATE"]));
    }

    [Fact]
    public void Every_command_in_the_documents_and_the_script_exists()
    {
        var commands = Code.Select(text => Command().Match(text)).Concat(ScriptCommand().Matches(Script))
            .Where(match => match.Success).Select(match => match.Groups["line"].Value.Trim()).Distinct().ToArray();

        Assert.Contains("fanout", commands);
        Assert.Contains("cluster", commands);
        Assert.Contains("node --seconds 15", commands);
        Assert.Contains("idle --rounds 1 --warm-up 8", commands);
        // FOLDER stands for one with a gateway.
        Assert.All(commands, line => Parse(line.Replace("FOLDER", NodeProcess.Program, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_option_in_the_documents_exists_and_every_option_is_documented()
    {
        var named = Code.Where(text => OnlyOptions().IsMatch(text)).SelectMany(text => Option().Matches(text)).Select(match => match.Groups[1].Value).ToHashSet();

        Assert.Equal(Options.Names.Order(), named.Order());
    }

    [Fact]
    public void Every_scenario_is_in_the_documents() =>
        Assert.All(Options.Commands, name => Assert.Contains(Code, text => Regex.IsMatch(text, $@"^(load |.*LoadTest -- )?{name}\b")));

    /// <summary>A variable that no setting has would be ignored by the node, and a path that none has refused.</summary>
    [Fact]
    public void Every_setting_that_the_load_test_gives_a_gateway_exists()
    {
        var settings = File.ReadAllText(Checkout.PathOf("README.md"));
        var names = Contender.All[0].Settings(1, 2, GatewayCluster.Settings(3, 4, 5)).Keys;

        Assert.Contains("LIMIT_SUBSCRIPTIONS", names);
        Assert.All(names, name => Assert.Contains($"| `{name}` |", settings, StringComparison.Ordinal));
    }

    private static Options Parse(string line) => Options.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex("^```\\w*\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Span();

    /// <summary>`load X …`, `dotnet run … LoadTest -- X …`, or a word with options of two dashes.</summary>
    [GeneratedRegex(@"^(?:(?:load|dotnet run .*LoadTest --) (?<line>[a-z][^#]*)|(?<line>[a-z]+(?: --[a-z-]+ [^ -]\S*)+)$)")]
    private static partial Regex Command();

    [GeneratedRegex("^load (?<line>[a-z].*)$", RegexOptions.Multiline)]
    private static partial Regex ScriptCommand();

    /// <summary>Nothing but options: those of a command that was named before, or an enumeration.</summary>
    [GeneratedRegex("^--[a-z-]+( [^ -][^ ]*)?( --[a-z-]+ [^ -][^ ]*)*$")]
    private static partial Regex OnlyOptions();

    [GeneratedRegex("--([a-z-]+)")]
    private static partial Regex Option();
}
