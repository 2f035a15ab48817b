using System.Text.Json;
using System.Text.RegularExpressions;
using DeltaStream.TestSupport;

namespace DeltaStream.Layering.Tests;

/// <summary>Which packages get into a build: audited, locked, listed.</summary>
public sealed partial class SupplyChainSpecs : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("supply-chain");

    public void Dispose() => _folder.Delete(recursive: true);

    private static IEnumerable<string> Projects => new[] { "src", "tests", "benchmarks", "samples" }
        .SelectMany(part => Directory.EnumerateFiles(Repository.PathOf(part), "*.csproj", SearchOption.AllDirectories));

    [Fact]
    public void Every_project_has_a_lock_file_that_knows_no_registry()
    {
        Assert.NotEmpty(Projects);
        Assert.All(Projects, project =>
        {
            var text = File.ReadAllText(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json"));
            Assert.DoesNotContain("://", text);
            // One that was made for a runtime identifier would not restore without it.
            Assert.DoesNotContain("\"net10.0/", text);
        });
    }

    [Fact]
    public void Npm_lock_files_have_a_hash_for_every_package_and_know_no_registry() =>
        Assert.All(NpmLockFiles(), file =>
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            Assert.All(document.RootElement.GetProperty("packages").EnumerateObject().Where(package => package.Name.Length > 0), package =>
            {
                Assert.True(package.Value.TryGetProperty("integrity", out _), package.Name);
                Assert.False(package.Value.TryGetProperty("resolved", out _), package.Name);
            });
        });

    // Severity 0 is "low" (NU1901), 3 is "critical" (NU1904).
    [Theory]
    [InlineData(0, "NU1901")]
    [InlineData(3, "NU1904")]
    public async Task A_known_vulnerability_of_a_package_that_another_one_brings_in_fails_the_build(int severity, string code)
    {
        using var source = new AuditSource("RESPite", severity);
        var result = await RestoreAsync("StackExchange.Redis", source);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains($"error {code}: ", result.Output);
        Assert.Contains("'RESPite'", result.Output);
    }

    [Fact]
    public async Task A_vulnerability_of_a_package_that_is_not_used_fails_nothing()
    {
        using var source = new AuditSource("Some.Other.Package", 3);
        var result = await RestoreAsync("StackExchange.Redis", source);
        Assert.True(result.ExitCode == 0, result.Output);
    }

    [Theory]
    [InlineData(true, 0, "nothing that the package source knows of")]
    [InlineData(false, 2, "no package source has a list of vulnerabilities")]
    public async Task A_package_source_without_vulnerability_data_fails_the_audit(bool hasList, int exitCode, string said)
    {
        using var source = new AuditSource("Some.Other.Package", 3, hasList);
        Write("dotnet", $"#!/bin/sh\n[ \"$1\" != nuget ] || echo 'E {source.Url}'\n");
        Write("npm", "#!/bin/sh\n");
        await Command.RunAsync(_folder.FullName, Patience, [], "chmod", "+x", "dotnet", "npm");
        var path = _folder.FullName + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        var result = await Command.RunAsync(Repository.Root, Patience, [("PATH", path)], Repository.PathOf("scripts", "audit"));
        Assert.Contains(said, result.Output);
        Assert.Equal(exitCode, result.ExitCode);
    }

    [Fact]
    public async Task One_command_lists_every_package_that_a_node_ships_with_its_hash()
    {
        var file = Path.Combine(_folder.FullName, "node.cdx.json");
        var result = await Command.RunAsync(Repository.Root, Patience, [], Repository.PathOf("scripts", "sbom"), file);
        Assert.True(result.ExitCode == 0, result.Output);

        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        Assert.Equal("CycloneDX", document.RootElement.GetProperty("bomFormat").GetString());
        var components = document.RootElement.GetProperty("components").EnumerateArray().ToLookup(each => each.GetProperty("name").GetString()!);
        using var locked = JsonDocument.Parse(await File.ReadAllTextAsync(Repository.PathOf("src", "DeltaStream.Node", "packages.lock.json")));
        foreach (var package in locked.RootElement.GetProperty("dependencies").GetProperty("net10.0").EnumerateObject())
        {
            if (package.Value.GetProperty("type").GetString() == "Project") continue;
            var listed = Assert.Single(components[package.Name]);
            Assert.Equal(package.Value.GetProperty("resolved").GetString(), listed.GetProperty("version").GetString());
            Assert.NotEmpty(listed.GetProperty("hashes").EnumerateArray());
        }
        Assert.DoesNotContain(Repository.Root, document.RootElement.GetRawText());
    }

    /// <summary>Restores a project under the repository's own rules, from the packages that this machine has already.</summary>
    private async Task<CommandResult> RestoreAsync(string package, AuditSource source)
    {
        foreach (var file in new[] { "Directory.Build.props", "Directory.Packages.props", "global.json" })
            File.Copy(Repository.PathOf(file), Path.Combine(_folder.FullName, file));
        Write("Audited.csproj", $"""<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="{package}" /></ItemGroup></Project>""");
        Write("nuget.config", $"""
            <configuration>
              <packageSources><clear /></packageSources>
              <auditSources><clear /><add key="audit" value="{source.Url}" allowInsecureConnections="true" /></auditSources>
            </configuration>
            """);
        return await Command.RunAsync(
            _folder.FullName, Patience, [("NUGET_HTTP_CACHE_PATH", Path.Combine(_folder.FullName, "http")), ("CI", null)], "dotnet", "restore", "Audited.csproj");
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);

    private static IEnumerable<string> NpmLockFiles()
    {
        var files = new[] { "tests", "benchmarks" }
            .SelectMany(part => Directory.EnumerateFiles(Repository.PathOf(part), "package-lock.json", SearchOption.AllDirectories))
            .Where(file => !Installed().IsMatch(file)).ToArray();
        Assert.NotEmpty(files);
        return files;
    }

    [GeneratedRegex("[/\\\\]node_modules[/\\\\]")]
    private static partial Regex Installed();
}
