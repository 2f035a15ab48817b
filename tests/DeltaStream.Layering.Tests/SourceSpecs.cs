using System.Text.RegularExpressions;
using DeltaStream.TestSupport;

namespace DeltaStream.Layering.Tests;

/// <summary>What every source file of the program and the library keeps to.</summary>
public sealed partial class SourceSpecs
{
    private const int LongestFile = 300;
    private const int LongestActor = 250;

    // Still there; each must go. One that is no longer true fails the specs.
    private static readonly string[] KnownLong = [];
    private static readonly string[] KnownSilent = [];

    private static readonly (string Name, string Text)[] Files = [.. Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
        .Select(file => (Path.GetFileName(file), File.ReadAllText(file))).Order()];

    [Fact]
    public void No_file_is_longer_than_300_lines() =>
        AssertOnly(KnownLong, Files.Where(file => Lines(file.Text) > LongestFile).Select(file => file.Name));

    [Theory]
    [InlineData("ClientActor")]
    [InlineData("CacheActor")]
    [InlineData("BridgeActor")]
    [InlineData("EngineSession")]
    public void The_large_actors_are_one_file_of_less_than_250_lines(string type)
    {
        var parts = Files.Where(file => Regex.IsMatch(file.Text, $@"\bclass {type}\b")).ToArray();
        Assert.NotEmpty(parts);
        Assert.Empty(parts.Where(part => parts.Length > 1 || Lines(part.Text) >= LongestActor).Select(part => part.Name));
    }

    [Fact]
    public void Every_log_event_has_an_id_of_its_own() =>
        Assert.Empty(Files.SelectMany(file => EventId().Matches(file.Text)).GroupBy(id => id.Groups[1].Value).Where(ids => ids.Count() > 1).Select(ids => ids.Key));

    [Fact]
    public void A_catch_of_every_exception_logs_it_or_passes_it_on() =>
        AssertOnly(KnownSilent, Files.SelectMany(file => SilentCatches(file.Text).Select(line => $"{file.Name}: {line}")));

    [Theory]
    [InlineData("try { } catch { }", 1)]
    [InlineData("try { } catch (Exception) { return; }", 1)]
    [InlineData("try { } catch (Exception e) { Count(); }", 1)]
    [InlineData("try { } catch (System.Exception e) when (!stopped) { if (a) { b(); } }", 1)]
    [InlineData("try { } catch (Exception e) when (e is not OperationCanceledException) { }", 1)]
    [InlineData("try { } catch (Exception) { // log.Warn(e) throw\n }", 1)]
    [InlineData("try { } catch (Exception e) { failure = e.Message; }", 0)]
    [InlineData("try { } catch (Exception) { throw new IOException(\"a\"); }", 0)]
    [InlineData("try { } catch (Exception) { _log.Failed(); }", 0)]
    [InlineData("try { } catch (Exception) { Self.Tell(new Failed()); }", 0)]
    [InlineData("try { } catch (Exception e) when (e is IOException or FormatException) { }", 0)]
    [InlineData("try { } catch (Exception e) when (IsFailure(e)) { }", 0)]
    [InlineData("try { } catch (IOException) { }", 0)]
    public void A_silent_catch_is_found(string source, int count) => Assert.Equal(count, SilentCatches(source).Count());

    /// <summary>The catch clauses that take any exception, and in which it is neither named, logged, told nor thrown.</summary>
    private static IEnumerable<string> SilentCatches(string source)
    {
        var code = Comment().Replace(source, "");
        foreach (Match clause in CatchAll().Matches(code))
        {
            var (name, filter) = (clause.Groups["name"].Value, clause.Groups["filter"].Value);
            // A filter that asks for kinds of exceptions makes it a catch of those.
            if (name.Length > 0 && Regex.IsMatch(filter, $@"\b{name} is (?!not\b)|\w\({name}\)")) continue;
            var block = Block(code, clause.Index + clause.Length - 1);
            var passesOn = name.Length > 0 && Regex.IsMatch(block, $@"\b{name}\b") || Voice().IsMatch(block);
            if (!passesOn) yield return Space().Replace(clause.Value + block[1..], " ");
        }
    }

    private static string Block(string code, int start)
    {
        var depth = 0;
        for (var i = start; ; i++)
        {
            if (code[i] == '{') depth++;
            if (code[i] == '}' && --depth == 0) return code[start..(i + 1)];
        }
    }

    private static int Lines(string text) => text.Count(c => c == '\n');

    private static void AssertOnly(IEnumerable<string> known, IEnumerable<string> found) => Assert.Equal(known.Order(), found.Order());

    [GeneratedRegex(@"\bcatch\s*(?:\(\s*(?:System\.)?Exception(?:\s+(?<name>\w+))?\s*\)\s*(?:when\s*\((?<filter>(?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)\s*)?)?\{")]
    private static partial Regex CatchAll();

    [GeneratedRegex(@"\bthrow\b|\blog(ger)?\.|\b_log(ger)?\.|\bLog\.|\.Tell\(")]
    private static partial Regex Voice();

    [GeneratedRegex(@"(?<=^|\s)//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"LoggerMessage\((\d+),")]
    private static partial Regex EventId();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
