using System.Text.RegularExpressions;
using DeltaStream.TestSupport;

namespace DeltaStream.Layering.Tests;

/// <summary>
/// Each patch in tests/mutations takes out what one promise to clients stands on, and names the specs that must miss it
/// (docs/promises.md). Whether they do, scripts/mutations finds out, which takes long; here, that it can still be asked.
/// </summary>
public sealed partial class MutationSpecs
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly string[] All =
        [.. Directory.EnumerateFiles(Repository.PathOf("tests", "mutations"), "*.patch").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Names => [.. All];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_mutation_still_applies_to_the_sources(string name)
    {
        // Also in a copy of the sources that is no repository, but lies in one.
        (string, string?)[] variables = [("GIT_CEILING_DIRECTORIES", Path.GetDirectoryName(Repository.Root)), ("GIT_DIR", null), ("GIT_WORK_TREE", null)];
        var result = await Command.RunAsync(Repository.Root, Patience, variables, "git", "apply", "--check", "--verbose", PathOf(name));
        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Contains("Checking patch src/", result.Output);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_mutation_names_its_promise_and_specs_that_exist(string name)
    {
        var header = HeaderOf(name);
        Assert.Contains(Assert.Single(header["promise"]), Promises());
        foreach (var field in new[] { "mechanism", "without it" }) Assert.NotEmpty(Assert.Single(header[field]));
        Assert.All(header["one node"], AssertExists);
        var onThree = header["three nodes"].ToArray();
        Assert.NotEmpty(onThree);
        if (onThree is [var only] && only.StartsWith("none, ", StringComparison.Ordinal)) Assert.StartsWith("none, because ", only);
        else Assert.All(onThree, AssertExists);
    }

    [Fact]
    public void Each_promise_has_a_mechanism_without_which_specs_fail_on_one_node_and_on_three()
    {
        var proven = All.Select(HeaderOf).Where(header => header["three nodes"].All(spec => !spec.StartsWith("none, ", StringComparison.Ordinal)));
        Assert.Equal(Promises(), proven.Select(header => header["promise"].Single()).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_page_has_the_table_that_the_headers_make()
    {
        var table = await Command.RunAsync(Repository.Root, Patience, [], Repository.PathOf("scripts", "mutations"), "--table");
        Assert.True(table.ExitCode == 0, table.Output);
        Assert.Contains(table.Output, File.ReadAllText(Repository.PathOf("docs", "promises.md")));
    }

    private static string PathOf(string name) => Repository.PathOf("tests", "mutations", name + ".patch");

    private static ILookup<string, string> HeaderOf(string name) => File.ReadLines(PathOf(name))
        .TakeWhile(line => !line.StartsWith("diff ", StringComparison.Ordinal) && line.Length > 0)
        .Select(line => line.Split(": ", 2)).ToLookup(line => line[0], line => line[1]);

    /// <summary>As docs/protocol.md gives them to clients.</summary>
    private static string[] Promises() => [.. Promise().Matches(File.ReadAllText(Repository.PathOf("docs", "protocol.md")))
        .Select(match => $"{match.Groups[1].Value}. {match.Groups[2].Value}")];

    private static void AssertExists(string spec)
    {
        Assert.Matches(@"^[\w.]+ \w+\.\w+$", spec);
        var (project, type, method) = (spec.Split(' ')[0], spec.Split(' ')[1].Split('.')[0], spec.Split('.')[^1]);
        var sources = string.Concat(Directory.EnumerateFiles(Repository.PathOf("tests", project), "*Specs.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.Contains($"class {type}", sources);
        Assert.Contains($" {method}(", sources);
    }

    [GeneratedRegex(@"^(\d)\. \*\*([^*]+?)\.?\*\*", RegexOptions.Multiline)]
    private static partial Regex Promise();
}
