using DeltaStream.Node.Authentication;
using DeltaStream.Node.Settings;
using DeltaStream.Node.Settings.Reading;
using Microsoft.Extensions.Configuration;

namespace DeltaStream.Node.Tests.Settings;

/// <summary>Who is let in, as it is set; and what an operator is told who has set it wrong.</summary>
public class AuthSettingsSpecs
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "hocon");

    [Fact]
    public void Clients_without_tokens_enter_in_development_and_in_production_only_if_a_setting_allows_it()
    {
        Assert.False(Read(true).NeedsToken);
        Assert.Equal(
            "AUTH_MODE=none is not allowed: in production clients need a token (jwt, with AUTH_JWT_SECRET or AUTH_JWT_JWKS), or AUTH_ALLOW_ANONYMOUS=true lets everybody in",
            Refused(false));
        Assert.False(Read(false, ("AUTH_ALLOW_ANONYMOUS", "true")).NeedsToken);
        Assert.Contains("AUTH_MODE=none", Refused(false, ("AUTH_ALLOW_ANONYMOUS", "false")));
        Assert.True(Read(false, ("AUTH_MODE", "jwt"), ("AUTH_JWT_SECRET", Secret)).NeedsToken);
    }

    [Fact]
    public void The_code_and_the_reference_have_the_same_defaults() =>
        Assert.Equal(new AuthSettings { NeedsToken = false, AllowsAnonymous = true }, Read(true));

    [Theory]
    [InlineData("AUTH_MODE", "basic", "AUTH_MODE=basic is not allowed: one of none, jwt")]
    [InlineData("AUTH_ALLOW_ANONYMOUS", "perhaps", "AUTH_ALLOW_ANONYMOUS=perhaps is not allowed: one of true, false, on, off")]
    [InlineData("OPERATOR_PORT", "70000", "OPERATOR_PORT=70000 is not allowed: a whole number from 0 to 65535")]
    [InlineData("OPERATOR_PORT", "8002", "OPERATOR_PORT=8002 is not allowed: a port of its own, another than PORT, or 0 for none")]
    [InlineData("LIMIT_SUBSCRIPTIONS", "0", "LIMIT_SUBSCRIPTIONS=0 is not allowed: a whole number from 1 to 100000")]
    [InlineData("LIMIT_JOINS_PER_SECOND", "0", "LIMIT_JOINS_PER_SECOND=0 is not allowed: a whole number from 1 to 1000000")]
    [InlineData("LIMIT_SNAPSHOT_BYTES_PER_SECOND", "100", "LIMIT_SNAPSHOT_BYTES_PER_SECOND=100 is not allowed: a whole number from 1024 to 2147483647")]
    [InlineData("LIMIT_ROOMS", "0", "LIMIT_ROOMS=0 is not allowed: a whole number from 1 to 1000000")]
    [InlineData("LIMIT_MESSAGES_PER_SECOND", "0", "LIMIT_MESSAGES_PER_SECOND=0 is not allowed: a whole number from 1 to 1000000")]
    public void A_wrong_value_is_named(string name, string value, string line) => Assert.Equal(line, Refused(true, (name, value)));

    [Fact]
    public void Tokens_are_checked_with_a_secret_or_with_keys()
    {
        Assert.Contains("neither is set", Refused(true, ("AUTH_MODE", "jwt")));
        Assert.Equal(
            "AUTH_JWT_SECRET=*** is not allowed: only one of AUTH_JWT_SECRET (HS256) and AUTH_JWT_JWKS (RS256, ES256) may be set",
            Refused(true, ("AUTH_MODE", "jwt"), ("AUTH_JWT_SECRET", Secret), ("AUTH_JWT_JWKS", "https://issuer.example/jwks")));
    }

    [Fact]
    public void A_secret_that_is_too_short_is_refused_and_not_shown()
    {
        var line = Refused(true, ("AUTH_MODE", "jwt"), ("AUTH_JWT_SECRET", Secret[1..]));
        Assert.Equal("AUTH_JWT_SECRET=*** is not allowed: at least 32 bytes, as HS256 demands; it has 31", line);
        Assert.Equal(33, Read(true, ("AUTH_MODE", "jwt"), ("AUTH_JWT_SECRET", Secret[1..] + "é")).Secret!.Length);
    }

    [Fact]
    public void A_secret_may_stand_in_base64()
    {
        var bytes = Enumerable.Range(200, 40).Select(i => (byte)i).ToArray();
        var text = "base64:" + Convert.ToBase64String(bytes);
        var settings = Read(true, ("AUTH_MODE", "jwt"), ("AUTH_JWT_SECRET", text), ("AUTH_JWT_SECRET_PREVIOUS", Secret));
        Assert.Equal(bytes, settings.Secret);
        Assert.Equal(Secret, System.Text.Encoding.UTF8.GetString(settings.PreviousSecret!));
        Assert.Equal("AUTH_JWT_SECRET=*** is not allowed: base64 behind base64:", Refused(true, ("AUTH_MODE", "jwt"), ("AUTH_JWT_SECRET", "base64:" + Secret + "!")));
        Assert.Equal(
            "AUTH_JWT_SECRET=*** is not allowed: at least 32 bytes, as HS256 demands; it has 31",
            Refused(true, ("AUTH_MODE", "jwt"), ("AUTH_JWT_SECRET", "base64:" + Convert.ToBase64String(bytes[..31]))));
    }

    [Fact]
    public void A_previous_secret_is_held_to_the_same_rules()
    {
        (string, string) mode = ("AUTH_MODE", "jwt");
        Assert.Equal("AUTH_JWT_SECRET_PREVIOUS=*** is not allowed: at least 32 bytes, as HS256 demands; it has 5", Refused(true, mode, ("AUTH_JWT_SECRET", Secret), ("AUTH_JWT_SECRET_PREVIOUS", "short")));
        Assert.Equal("AUTH_JWT_SECRET_PREVIOUS=*** is not allowed: the secret before AUTH_JWT_SECRET, which must be set as well", Refused(true, mode, ("AUTH_JWT_JWKS", "https://issuer.example/jwks"), ("AUTH_JWT_SECRET_PREVIOUS", Secret)));
    }

    [Fact]
    public void A_secret_may_come_from_a_file()
    {
        var folder = Directory.CreateTempSubdirectory("deltastream-");
        try
        {
            var file = Path.Combine(folder.FullName, "secret");
            (string, string) mode = ("AUTH_MODE", "jwt");
            File.WriteAllText(file, Secret + "\n");
            Assert.Equal(Secret, System.Text.Encoding.UTF8.GetString(Read(true, mode, ("AUTH_JWT_SECRET_FILE", file)).Secret!));
            Assert.Equal(Secret, System.Text.Encoding.UTF8.GetString(Read(true, mode, ("AUTH_JWT_SECRET", Secret), ("AUTH_JWT_SECRET_PREVIOUS_FILE", file)).PreviousSecret!));
            Assert.Equal(
                $"AUTH_JWT_SECRET_FILE={file} is not allowed: only one of AUTH_JWT_SECRET and AUTH_JWT_SECRET_FILE may be set",
                Refused(true, mode, ("AUTH_JWT_SECRET", Secret), ("AUTH_JWT_SECRET_FILE", file)));
            Assert.Equal(
                $"AUTH_JWT_SECRET_FILE={file}.gone is not allowed: a file that this process can read (FileNotFoundException)",
                Refused(true, mode, ("AUTH_JWT_SECRET_FILE", file + ".gone")));
            // The secret itself in the place of the file's name is not shown.
            Assert.Equal(
                "AUTH_JWT_SECRET_FILE=*** is not allowed: a file that this process can read (FileNotFoundException)",
                Refused(true, mode, ("AUTH_JWT_SECRET_FILE", Secret)));
            File.WriteAllText(file, "\n");
            Assert.Equal($"AUTH_JWT_SECRET_FILE={file} is not allowed: a file that is not empty", Refused(true, mode, ("AUTH_JWT_SECRET_FILE", file)));
            File.WriteAllText(file, "redis://user:secret@host:x\n");
            Assert.StartsWith("REDIS_URL=redis://***@host:x is not allowed: ", Assert.Throws<SettingException>(() => NodeSettings.Read(
                new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("REDIS_URL_FILE", (string?)file)]).Build(), true, Folder)).Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("https://issuer.example/jwks", "https://issuer.example/jwks")]
    [InlineData("http://127.0.0.1:9000/jwks", "http://127.0.0.1:9000/jwks")]
    [InlineData("http://localhost/jwks", "http://localhost/jwks")]
    [InlineData("/etc/deltastream/jwks.json", "file:///etc/deltastream/jwks.json")]
    [InlineData("file:///etc/jwks.json", "file:///etc/jwks.json")]
    public void Keys_are_at_a_URL_or_in_a_file(string value, string url) =>
        Assert.Equal(url, Read(false, ("AUTH_MODE", "jwt"), ("AUTH_JWT_JWKS", value)).Jwks!.AbsoluteUri);

    [Theory]
    [InlineData("ftp://issuer.example/jwks", "AUTH_JWT_JWKS=… is not allowed: an https URL without a user, or a file's path")]
    [InlineData("https://user:secret@issuer.example/jwks", "AUTH_JWT_JWKS=… is not allowed: an https URL without a user, or a file's path")]
    [InlineData("http://issuer.example/jwks", "AUTH_JWT_JWKS=http://issuer.example/jwks is not allowed: an https URL; plain http in production only from this machine, or with deltastream.auth.allow-http-jwks = on")]
    public void Keys_are_read_only_over_https_or_from_a_file(string value, string line) =>
        Assert.Equal(line, Refused(false, ("AUTH_MODE", "jwt"), ("AUTH_JWT_JWKS", value)));

    [Fact]
    public void Plain_http_is_for_development_or_an_explicit_setting()
    {
        (string, string)[] plain = [("AUTH_MODE", "jwt"), ("AUTH_JWT_JWKS", "http://issuer.example/jwks")];
        Assert.NotNull(Read(true, plain).Jwks);
        Assert.NotNull(Read(false, [.. plain, ("deltastream:auth:allow-http-jwks", "on")]).Jwks);
    }

    [Fact]
    public void Operators_need_their_role_if_clients_need_tokens_and_there_is_no_operator_port()
    {
        (string, string)[] tokens = [("AUTH_MODE", "jwt"), ("AUTH_JWT_SECRET", Secret)];
        Assert.Equal(OperatorAccess.Open, Read(true).Operators);
        Assert.Equal(OperatorAccess.Role, Read(true, tokens).Operators);
        Assert.Equal(OperatorAccess.Open, Read(true, [.. tokens, ("OPERATOR_PORT", "9100")]).Operators);
        Assert.Equal(OperatorAccess.Role, Read(true, [.. tokens, ("OPERATOR_PORT", "9100"), ("deltastream:auth:operators", "role")]).Operators);
        Assert.Equal(OperatorAccess.Open, Read(true, [.. tokens, ("deltastream:auth:operators", "open")]).Operators);
        Assert.Contains("there are no roles without tokens", Refused(true, ("deltastream:auth:operators", "role")));
    }

    [Fact]
    public void The_burst_is_the_rate_times_its_seconds()
    {
        var clients = ReadAll(true, ("LIMIT_JOINS_PER_SECOND", "7"), ("LIMIT_SNAPSHOT_BYTES_PER_SECOND", "2147483647")).Clients;
        Assert.Equal((new(7, 42), new(int.MaxValue, 4L * int.MaxValue)), (clients.Joins, clients.RequestedBytes));
        Assert.Equal((50, 150), Rate(ReadAll(true)));
        Assert.Equal((5, 10), Rate(ReadAll(true, ("LIMIT_MESSAGES_PER_SECOND", "5"), ("deltastream:limits:burst-seconds", "2"))));

        static (int, int) Rate(NodeSettings settings) => (settings.MessageRate.PerSecond, settings.MessageRate.Burst);
    }

    private static AuthSettings Read(bool development, params (string Name, string Value)[] values) => ReadAll(development, values).Auth;

    private static NodeSettings ReadAll(bool development, params (string Name, string Value)[] values) => NodeSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(
            values.Append(("REDIS_URL", "redis://host")).Select(v => KeyValuePair.Create(v.Item1, (string?)v.Item2))).Build(), development, Folder);

    private static string Refused(bool development, params (string Name, string Value)[] values) =>
        Assert.Throws<SettingException>(() => Read(development, values)).Message;
}
