using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Authentication;
using DeltaStream.Node.Hosting;
using DeltaStream.Node.Redis;
using DeltaStream.Node.Settings;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Commands;

/// <summary><c>check</c>: whether a node that starts here would work.</summary>
internal static class CheckCommand
{
    private static readonly Option<bool> All = new("--all") { Description = "Show settings with their defaults as well" };

    public static Command Create()
    {
        var command = new Command("check",
            """
            Checks whether a node that starts here would work: settings with their sources, tokens' keys, Redis with the rights of its
            user (by trying each command), clocks, certificates. It can run beside a node. The exit code is 1 if a check failed.

            Examples:
              dotnet DeltaStream.Node.dll check
              dotnet DeltaStream.Node.dll check --all --json
              docker run --rm --env-file node.env deltastream check
            """)
        { All };
        command.Does(async (parsed, stop) =>
        {
            var (configuration, isDevelopment) = NodeCommands.Configuration();
            var report = await RunAsync(configuration, isDevelopment, NodeCommands.HoconFolder, stop);
            await NodeCommands.PrintAsync(parsed, report, found => found.ToText(parsed.GetValue(All)));
            return report.Ok ? 0 : NodeCommands.Failed;
        });
        return command;
    }

    /// <summary>Checks everything.</summary>
    internal static async Task<CheckReport> RunAsync(IConfigurationRoot configuration, bool isDevelopment, string folder, CancellationToken stop)
    {
        IReadOnlyList<EffectiveSetting> origins = [];
        NodeSettings settings;
        try
        {
            origins = SettingOrigins.Read(configuration, folder);
            settings = NodeSettings.Read(configuration, isDevelopment, folder);
        }
        catch (SettingException wrong)
        {
            return CheckReport.Of(origins, [new("settings", CheckFinding.Failed, wrong.Message)]);
        }

        var findings = new List<CheckFinding> { new("settings", CheckFinding.Ok, "all values are allowed") };
        findings.Add(await TokensAsync(settings.Auth, stop));
        findings.AddRange(await RedisAsync(settings, stop));
        findings.AddRange(Certificates(settings, TimeProvider.System.GetUtcNow()));
        return CheckReport.Of(origins, findings);
    }

    private static async Task<CheckFinding> TokensAsync(AuthSettings auth, CancellationToken stop)
    {
        const string Name = "tokens";
        if (!auth.NeedsToken) return new(Name, CheckFinding.Skipped, "AUTH_MODE=none: clients need no token");
        if (auth.Jwks is not { } url) return new(Name, CheckFinding.Ok, "HS256 with AUTH_JWT_SECRET" + (auth.PreviousSecret is null ? "" : " and AUTH_JWT_SECRET_PREVIOUS"));
        try
        {
            var keys = JwksKeys.Parse(await JwksDocument.Reader(url)(stop)).Length;
            return keys > 0 ? new(Name, CheckFinding.Ok, $"AUTH_JWT_JWKS has {keys} usable keys") : new(Name, CheckFinding.Failed, "AUTH_JWT_JWKS has no key for RS256 or ES256");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            stop.ThrowIfCancellationRequested();
            return new(Name, CheckFinding.Failed, "AUTH_JWT_JWKS can't be read: " + (e is ArgumentException ? "it is not a JWKS" : e.Message));
        }
    }

    private static async Task<IReadOnlyList<CheckFinding>> RedisAsync(NodeSettings settings, CancellationToken stop)
    {
        if (settings.Redis.Url is not { } url) return [new("redis", CheckFinding.Skipped, "no REDIS_URL: the node would run its embedded server")];
        try
        {
            var found = await new RedisTrial(settings.Redis, url, settings.Cluster.Has(ClusterSettings.Bridge)).RunAsync(stop);
            return
            [
                new("redis", CheckFinding.Ok, $"{url} answers: {found.Address}, version {found.Version}"),
                found.Refused.Count == 0
                    ? new("redis_rights", CheckFinding.Ok, "the user can run every command that the node uses")
                    : new("redis_rights", CheckFinding.Failed, string.Join("; ", found.Refused)),
                Clock(found.Clock),
            ];
        }
        catch (FeedUnavailableException e)
        {
            return [new("redis", CheckFinding.Failed, $"{url}: {e.Message}")];
        }
    }

    private static CheckFinding Clock(RedisClock? clock)
    {
        const string Name = "clock";
        if (clock is null) return new(Name, CheckFinding.Skipped, "Redis did not tell its time");
        if (new ClockDifference().Judge(clock.OwnAhead, clock.Error) is { } differs) return new(Name, CheckFinding.Failed, differs + "; set the clock of this machine");
        return new(Name, CheckFinding.Ok, string.Create(CultureInfo.InvariantCulture, $"this machine's clock and Redis's differ by {clock.OwnAhead.Duration().TotalSeconds:0.000} s"));
    }

    private static IReadOnlyList<CheckFinding> Certificates(NodeSettings settings, DateTimeOffset now)
    {
        using var https = settings.Https is { } files ? X509Certificate2.CreateFromPemFile(files.CertificateFile, files.KeyFile) : null;
        var all = CertificateExpiry.Of(settings, https);
        if (all.Count == 0) return [new("certificates", CheckFinding.Skipped, "the settings name none")];
        return [.. all.Select(each => new CheckFinding($"{each.Name}_certificate", Judge(each), each.Describe(now)))];

        string Judge(CertificateExpiry each) =>
            each.NotAfter <= now.UtcDateTime ? CheckFinding.Failed : each.IsSoon(now) ? CheckFinding.Warning : CheckFinding.Ok;
    }
}
