using System.CommandLine;
using System.Globalization;
using DeltaStream.Node.Authentication;
using DeltaStream.Node.Settings.Reading;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeltaStream.Node.Commands;

/// <summary>What <c>token check</c> found.</summary>
/// <param name="Valid">Whether the node would accept the token.</param>
/// <param name="Reason">Why not, as <c>deltastream_refused_tokens_total</c> names it.</param>
/// <param name="Message">The text that the client would get.</param>
/// <param name="Subject">Who the token names.</param>
/// <param name="Role">Its role.</param>
/// <param name="Rooms">The rooms that it covers; null for all.</param>
/// <param name="ExpiresAt">When it expires.</param>
internal sealed record TokenReport(
    bool Valid, string? Reason, string? Message, string? Subject, string? Role, IReadOnlyList<string>? Rooms, DateTimeOffset? ExpiresAt)
{
    public override string ToString() => !Valid
        ? $"refused: {Reason}: {Message}"
        : string.Create(CultureInfo.InvariantCulture,
            $"valid: {Subject}, {(Role is null ? "no role" : "role " + Role)}, {(Rooms is null ? "all rooms" : "rooms " + string.Join(' ', Rooms))}, "
            + $"{(ExpiresAt is { } end ? $"expires {end.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "does not expire")}");
}

/// <summary><c>token mint</c> and <c>token check</c>, with the secret or the keys of a node.</summary>
internal static class TokenCommand
{
    /// <summary>The variable with the token for commands that need one.</summary>
    public const string Variable = "DELTASTREAM_TOKEN";

    private static readonly Option<string> Subject = new("--subject") { Description = "Who the token names", DefaultValueFactory = _ => Environment.UserName };
    private static readonly Option<string?> Rooms = new("--rooms") { Description = "The rooms that it covers, such as \"general product:* chain:NIFTY\"; by default all" };
    private static readonly Option<string?> Role = new("--role") { Description = "The role; operator opens /metrics" };
    private static readonly Option<string> Expires = new("--expires") { Description = "How long it is valid: 90s, 15m, 12h, 30d", DefaultValueFactory = _ => "1h" };
    private static readonly Option<string?> Issuer = new("--issuer") { Description = "iss; by default AUTH_JWT_ISSUER" };
    private static readonly Option<string?> Audience = new("--audience") { Description = "aud; by default AUTH_JWT_AUDIENCE" };
    private static readonly Argument<string?> Token = new("token") { Description = $"The token; by default {Variable}, or - for standard input", Arity = ArgumentArity.ZeroOrOne };

    public static Command Create() => new("token", "Makes and checks tokens, with the AUTH_JWT settings of a node") { Mint(), Check() };

    private static Command Mint()
    {
        var command = new Command("mint",
            """
            Makes an HS256 token, signed with AUTH_JWT_SECRET, and prints it.

            Examples:
              dotnet DeltaStream.Node.dll token mint --rooms "general product:*" --expires 12h
              dotnet DeltaStream.Node.dll token mint --subject prometheus --role operator --expires 30d
            """)
        { Subject, Rooms, Role, Expires, Issuer, Audience };
        command.Does(async (parsed, _) =>
        {
            var settings = ReadAuth();
            if (settings.Secret is null) throw new SettingException("AUTH_JWT_SECRET", "", "a secret: tokens of a JWKS are made by their issuer alone");
            var token = TokenMint.Make(settings, new TokenContent(
                parsed.GetValue(Subject)!, TokenMint.Patterns(parsed.GetValue(Rooms)), parsed.GetValue(Role),
                TokenMint.Lifetime(parsed.GetValue(Expires)!), parsed.GetValue(Issuer), parsed.GetValue(Audience)), TimeProvider.System.GetUtcNow());
            await NodeCommands.PrintAsync(parsed, new { Token = token }, made => made.Token);
            return 0;
        });
        return command;
    }

    private static Command Check()
    {
        var command = new Command("check",
            """
            Checks a token as a node does, and says what it allows or why it is refused. The exit code is 1 if it is refused.

            Examples:
              DELTASTREAM_TOKEN=eyJ… dotnet DeltaStream.Node.dll token check
              dotnet DeltaStream.Node.dll token check - <token.txt
            """)
        { Token };
        command.Does(async (parsed, _) =>
        {
            var settings = ReadAuth();
            if (settings.Jwks is { } url) JwksDocument.RefuseUnusable(url);
            var keys = settings.Jwks is { } source ? new JwksKeys(settings, JwksDocument.Reader(source), TimeProvider.System, NullLogger.Instance) : null;
            var check = await new JwtValidator(settings, keys, TimeProvider.System).CheckAsync(await ReadTokenAsync(parsed));
            var report = new TokenReport(
                check.Refusal is null, check.Refusal?.Reason, check.Refusal?.Message, check.Identity?.Subject, check.Identity?.Role,
                check.Identity?.Rooms.Patterns, check.Identity?.ExpiresAt);
            await NodeCommands.PrintAsync(parsed, report, found => found.ToString());
            return report.Valid ? 0 : NodeCommands.Failed;
        });
        return command;
    }

    private static async Task<string?> ReadTokenAsync(ParseResult parsed)
    {
        var given = parsed.GetValue(Token);
        if (given == "-") return (await Console.In.ReadToEndAsync()).Trim();
        return given ?? Environment.GetEnvironmentVariable(Variable)?.Trim();
    }

    /// <summary>The settings for tokens. These commands are about nodes with tokens, so AUTH_MODE has no effect on them.</summary>
    private static AuthSettings ReadAuth()
    {
        var (configuration, isDevelopment) = NodeCommands.Configuration();
        configuration["AUTH_MODE"] = "jwt";
        var reader = new SettingReader(SettingSources.Load(configuration, NodeCommands.HoconFolder).All);
        if (reader.Text("deltastream.auth.jwt-secret").Length == 0 && reader.Text("deltastream.auth.jwt-jwks").Length == 0)
            throw new SettingException("AUTH_JWT_SECRET", "", "the secret of the node (or AUTH_JWT_SECRET_FILE), or AUTH_JWT_JWKS to check tokens");
        return AuthSettings.Read(reader, isDevelopment);
    }
}
