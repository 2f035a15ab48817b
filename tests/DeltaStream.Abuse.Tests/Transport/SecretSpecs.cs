using System.Text;

namespace DeltaStream.Abuse.Tests.Transport;

/// <summary>What a node knows and nobody else may: in no log line, at any level, no health answer, no metric, no error, whatever goes wrong.</summary>
public sealed class SecretSpecs : IClassFixture<SecretSpecs.Made>, IDisposable
{
    private const string JwtSecret = "jwt/secret+of more than 32 bytes=";
    private const string Password = "redis:s3cret/p@ss";

    private readonly string _file = Path.GetTempFileName();
    private readonly Certificates _certificates;
    private readonly Secrets _secrets;

    public SecretSpecs(Made made)
    {
        _certificates = made.Certificates;
        _secrets = new Secrets().Add(JwtSecret).Add(Password).AddKey(_certificates.Key());
    }

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task A_node_shows_none_of_its_secrets_from_start_to_end()
    {
        var tlsPort = FreePort.Next();
        await using var redis = await RedisServer.StartAsync(
            "--tls-port", $"{tlsPort}", "--tls-cert-file", _certificates.Certificate("redis"), "--tls-key-file", _certificates.Key("redis"),
            "--tls-ca-cert-file", _certificates.Authority, "--tls-auth-clients", "no");
        await redis.ExecuteAsync("ACL", "SETUSER", "gateway", "on", ">" + Password, "~*", "&*", "+@all");
        // Akka.NET can be told to log the settings that it got.
        using var hocon = HoconFile.Beside("akka.log-config-on-start = on");
        await using var node = await NodeProcess.Start([.. Variables(tlsPort), .. _certificates.Variables(), hocon.Variable]).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy", "the node is healthy", Patience);
        await Eventually.True(() => node.Log.Contains("loglevel", StringComparison.Ordinal), "Akka's settings are logged", Patience);

        var answers = new StringBuilder();
        using (var client = new TrustingClient(node, _certificates.Authority))
        {
            answers.Append(await client.AskAsync(TestClient.SocketIo, $$"""40{"token":"{{Token()}}"}""", "\"connected\""));
            foreach (var bad in new[] { Token("another secret of thirty-two bytes"), Token(alg: "none"), Token(exp: 1), "garbage" })
            {
                answers.Append(await client.AskAsync(TestClient.SocketIo, $$"""40{"token":"{{bad}}"}""", "unauthorized"));
                answers.Append(await client.AskAsync("/ws", $$$"""{"event":"authenticate","data":{"token":"{{{bad}}}"}}""", "unauthorized"));
            }
            foreach (var path in new[] { "/health", "/health/live", "/health/ready", "/metrics", "/nothing", "/socket.io/?EIO=3", "/socket.io/?EIO=4&transport=polling&sid=x", "/ws" })
                foreach (var token in new[] { null, "garbage", Token(role: "operator") })
                    answers.Append(await client.AnswerAsync(path, token));
            Assert.Contains("deltastream_refused_tokens_total{reason=\"signature\"}", answers.ToString());
        }

        // Whoever speaks something else to each of its ports.
        foreach (var port in new[] { node.Port, node.ClusterPort })
        {
            using var odd = await RawConnection.OpenAsync(port);
            await odd.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            answers.Append(Encoding.Latin1.GetString(await odd.ReadToEndAsync(Patience)));
        }

        // Redis no longer knows the password, then is not there at all.
        await redis.ExecuteAsync("ACL", "SETUSER", "gateway", "resetpass", ">another");
        await redis.ExecuteAsync("CLIENT", "KILL", "USER", "gateway");
        await Eventually.True(() => node.Log.Contains("redis_listener_error", StringComparison.Ordinal), "it is logged", Patience);
        await redis.KillAsync();
        await Eventually.True(async () => await node.HealthAsync("feed") == "down", "health says down", Patience);
        using (var client = new TrustingClient(node, _certificates.Authority))
            answers.Append(await client.AnswerAsync("/health", null)).Append(await client.AnswerAsync("/metrics", Token(role: "operator")));
        node.Terminate();
        await node.ExitAsync(Patience);
        _secrets.AreNotIn(answers.ToString());
        _secrets.AreNotIn(node.Log);
    }

    [Fact]
    public async Task A_password_reaches_only_the_configured_Redis_address()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.ExecuteAsync("ACL", "SETUSER", "gateway", "on", ">other", "~*", "&*", "+@all");
        await redis.ExecuteAsync("ACL", "SETUSER", "default", "off");
        string[] urls =
        [
            // A wrong password; an unknown user; TLS where none is spoken; nobody there; no name.
            $"redis://gateway:{Uri.EscapeDataString(Password)}@127.0.0.1:{redis.Port}",
            $"redis://nobody:{Uri.EscapeDataString(Password)}@127.0.0.1:{redis.Port}",
            $"rediss://gateway:{Uri.EscapeDataString(Password)}@127.0.0.1:{redis.Port}",
            $"rediss://gateway:{Uri.EscapeDataString(Password)}@127.0.0.1:1",
            $"redis://gateway:{Uri.EscapeDataString(Password)}@no-such-host.invalid:6379",
        ];
        await Task.WhenAll(urls.Select(async url =>
        {
            await using var node = await NodeProcess.Start(
                ("REDIS_URL", url), ("AUTH_MODE", "jwt"), ("AUTH_JWT_SECRET", JwtSecret), ("LOG_LEVEL", "debug"), ("deltastream__auth__operators", "open")).ReadyAsync(Patience);
            await Eventually.True(() => node.Log.Contains("redis_listener_error", StringComparison.Ordinal), "it is logged", Patience);
            _secrets.AreNotIn(await node.GetAsync("/health") + await node.GetAsync("/metrics"));
            node.Terminate();
            await node.ExitAsync(Patience);
            _secrets.AreNotIn(node.Log);
        }));
    }

    public static TheoryData<string, string, string> WrongSettings
    {
        get
        {
            var wrong = new TheoryData<string, string, string>
            {
                { "AUTH_JWT_SECRET", "AUTH_JWT_SECRET", "s3cret" },
                { "AUTH_JWT_JWKS", "AUTH_JWT_SECRET", "https://keys.example/jwks" },
                { "AUTH_MODE", "AUTH_MODE", "s3cure" },
                { "AUTH_JWT_SECRET=;AUTH_JWT_JWKS", "AUTH_JWT_JWKS", "https://reader:s3cret@keys.example/jwks" },
                { "AUTH_JWT_SECRET=;AUTH_JWT_JWKS", "AUTH_JWT_JWKS", "http://keys.example/jwks?key=s3cret" },
                { "AUTH_JWT_SECRET=;AUTH_JWT_JWKS", "AUTH_JWT_JWKS", """{"keys":[{"kty":"oct","k":"s3cret"}]}""" },
                { "deltastream__redis__password", "deltastream.redis.password", "s3cret" },
                { "HTTPS_KEY", "HTTPS_KEY", "(key)" },
                { "HTTPS_CERTIFICATE", "HTTPS_CERTIFICATE", "(key)" },
                { "HTTPS_KEY", "HTTPS_KEY", "(locked key)" },
                { "CLUSTER_TLS_KEY", "CLUSTER_TLS_KEY", "(key)" },
                { "CLUSTER_TLS_CERTIFICATE", "CLUSTER_TLS_CERTIFICATE", "(key)" },
                { "CLUSTER_TLS_CA", "CLUSTER_TLS_CA", "(key)" },
                { "REDIS_TLS_CA", "REDIS_TLS_CA", "(key)" },
                { "PORT", "PORT", "x" },
                { "HOCON", "HOCON_FILE", "deltastream { auth { jwt-secret = s3cret }, }}" },
                { "HOCON", "AUTH_JWT_SECRET", "deltastream.auth.jwt-secret = s3cret" },
                { "HOCON", "deltastream.auth.jwt-secrett", "deltastream.auth.jwt-secrett = s3cret" },
                { "HOCON", "REDIS_URL", "deltastream.redis.url = \"redis://gateway:s3cret\"" },
            };
            foreach (var url in new[]
            {
                "gateway:s3cret@host:6379", "redis://gateway:s3/cret@host:6379", "http://gateway:s3cret@host", "redis://gateway:s3cret", "redis://host:6379#s3cret",
            })
                wrong.Add("REDIS_URL", "REDIS_URL", url);
            return wrong;
        }
    }

    /// <summary>Each time with every other secret set as well.</summary>
    [Theory]
    [MemberData(nameof(WrongSettings))]
    public async Task A_wrong_setting_is_named_in_one_line_without_a_secret(string variable, string named, string value)
    {
        if (value == "(locked key)")
        {
            value = _file;
            var locked = await Command.RunAsync(Path.GetTempPath(), Patience, [], "openssl", "pkcs8", "-topk8", "-v2", "aes256", "-in", _certificates.Key(), "-out", _file, "-passout", "pass:s3cret");
            Assert.True(locked.ExitCode == 0, locked.Output);
            _secrets.AddKey(_file);
        }

        var variables = Variables(FreePort.Next()).Concat(_certificates.Variables()).ToDictionary(pair => pair.Item1, pair => pair.Item2);
        if (variable == "HOCON")
        {
            await File.WriteAllTextAsync(_file, value);
            variables["HOCON_FILE"] = _file;
            if (named != "HOCON_FILE") variables.Remove(named);
        }
        else
        {
            var parts = variable.Split('=', ';');
            for (var i = 0; i + 1 < parts.Length; i += 2) variables[parts[i]] = parts[i + 1];
            variables[parts[^1]] = value == "(key)" ? await File.ReadAllTextAsync(_certificates.Key()) : value;
        }

        await using var node = NodeProcess.Start([.. variables.Select(pair => (pair.Key, pair.Value))]);
        Assert.NotEqual(0, await node.ExitAsync(Patience));
        await Eventually.True(() => node.Lines.Count > 0, "the line is read", Patience);
        var line = Assert.Single(node.Lines);
        Assert.StartsWith(named + "=", line);
        Assert.Contains(" is not allowed: ", line);
        _secrets.Add("s3cret").AreNotIn(line);
        Assert.DoesNotContain("cret", line.Replace("AUTH_JWT_SECRET", "").Replace("jwt-secret", ""), StringComparison.OrdinalIgnoreCase);
    }

    private static TimeSpan Patience => TimeSpan.FromSeconds(30);

    private (string, string?)[] Variables(int redisPort) =>
    [
        ("REDIS_URL", $"rediss://gateway:{Uri.EscapeDataString(Password)}@127.0.0.1:{redisPort}"), ("REDIS_TLS_CA", _certificates.Authority),
        ("AUTH_MODE", "jwt"), ("AUTH_JWT_SECRET", JwtSecret), ("HTTPS_CERTIFICATE", _certificates.Certificate()), ("HTTPS_KEY", _certificates.Key()), ("LOG_LEVEL", "debug"),
    ];

    /// <summary>An HS256 token, or one that only says so.</summary>
    private static string Token(string secret = JwtSecret, string alg = "HS256", long exp = 4_000_000_000, string role = "trader") =>
        TokenIssuer.Hs256(new() { ["sub"] = "trader", ["role"] = role, ["exp"] = exp }, secret, TokenIssuer.Header(alg));

    /// <summary>The certificates, made once for all of them.</summary>
    public sealed class Made : IAsyncLifetime
    {
        public Certificates Certificates { get; private set; } = null!;

        public async Task InitializeAsync() => Certificates = await DeltaStream.TestSupport.Certificates.MakeAsync("node", "redis", "stranger");

        public Task DisposeAsync()
        {
            Certificates.Dispose();
            return Task.CompletedTask;
        }
    }
}
