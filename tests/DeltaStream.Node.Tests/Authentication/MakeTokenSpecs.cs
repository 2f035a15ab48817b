using System.Text;
using DeltaStream.Node.Authentication;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Authentication;

/// <summary>The tokens that <c>scripts/make-token</c> makes, as the gateway reads them.</summary>
public sealed class MakeTokenSpecs
{
    private static readonly byte[] Binary = [.. Enumerable.Range(0, 48).Select(i => (byte)(i * 5))];
    private static readonly string Long = new('k', 100);

    public static TheoryData<string, byte[]> Secrets => new()
    {
        { TokenIssuer.Secret, Encoding.UTF8.GetBytes(TokenIssuer.Secret) },
        { Long, Encoding.UTF8.GetBytes(Long) },
        { "base64:" + Convert.ToBase64String(Binary), Binary },
    };

    [Theory]
    [MemberData(nameof(Secrets))]
    public async Task A_token_names_its_subject_rooms_role_and_end(string variable, byte[] secret)
    {
        var made = await MakeAsync(
            [("AUTH_JWT_SECRET", variable), ("AUTH_JWT_ISSUER", "platform"), ("AUTH_JWT_AUDIENCE", "market")],
            "--subject", "O'Neil \"seven\"", "--rooms", "general product:* chain:NIFTY", "--role", "operator", "--expires", "12h");
        Assert.True(made.ExitCode == 0, made.Output);
        var settings = new AuthSettings { NeedsToken = true, Secret = secret, Issuer = "platform", Audience = "market" };
        var check = await new JwtValidator(settings, null, TimeProvider.System).CheckAsync(made.Output.Trim());
        Assert.Null(check.Refusal);
        var identity = check.Identity!;
        Assert.Equal(("O'Neil \"seven\"", "operator"), (identity.Subject, identity.Role));
        Assert.Equal(["general", "product:*", "chain:NIFTY"], identity.Rooms.Patterns);
        Assert.InRange(identity.ExpiresAt!.Value - DateTimeOffset.UtcNow, TimeSpan.FromHours(11.9), TimeSpan.FromHours(12));
    }

    [Fact]
    public async Task Without_options_it_covers_every_room_for_an_hour()
    {
        var made = await MakeAsync([("AUTH_JWT_SECRET", TokenIssuer.Secret)]);
        var settings = new AuthSettings { NeedsToken = true, Secret = Encoding.UTF8.GetBytes(TokenIssuer.Secret) };
        var identity = (await new JwtValidator(settings, null, TimeProvider.System).CheckAsync(made.Output.Trim())).Identity!;
        Assert.Null(identity.Rooms.Patterns);
        Assert.Null(identity.Role);
        Assert.InRange(identity.ExpiresAt!.Value - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(60));
    }

    [Theory]
    [InlineData("", "set AUTH_JWT_SECRET")]
    [InlineData("short", "the secret needs at least 32 bytes; it has 5")]
    [InlineData(TokenIssuer.Secret, "a number with its unit", "--expires", "12")]
    [InlineData(TokenIssuer.Secret, "unknown argument", "--expire", "12h")]
    [InlineData(TokenIssuer.Secret, "has a control character in it", "--subject", "a\nb")]
    public async Task Wrong_arguments_are_refused_with_one_line(string secret, string line, params string[] arguments)
    {
        var made = await MakeAsync([("AUTH_JWT_SECRET", secret)], arguments);
        Assert.Equal(2, made.ExitCode);
        Assert.Contains(line, made.Output);
        if (secret.Length > 0) Assert.DoesNotContain(secret, made.Output.Replace(line, "", StringComparison.Ordinal));
    }

    private static Task<CommandResult> MakeAsync((string Name, string? Value)[] variables, params string[] arguments) =>
        Command.RunAsync(Repository.Root, TimeSpan.FromSeconds(20), variables, [Repository.PathOf("scripts", "make-token"), .. arguments]);
}
