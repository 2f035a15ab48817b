using DeltaStream.Node.Settings;
using DeltaStream.Node.Settings.Reading;
using Microsoft.Extensions.Configuration;

namespace DeltaStream.Node.Tests.Settings;

/// <summary>The four sources, their order, and the one line that a wrong value gets.</summary>
public sealed class SettingsSpecs : IDisposable
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "hocon");

    private readonly List<string> _files = [];

    public void Dispose() => _files.ForEach(File.Delete);

    [Fact]
    public void Without_any_setting_the_defaults_are_the_documented_ones()
    {
        var settings = Read(development: true);
        Assert.Equal((8002, "socket-gateway"), (settings.Port, settings.ServiceName));
        Assert.Null(settings.Redis.Url);
        Assert.Equal(("127.0.0.1", 4053), (settings.Cluster.Self.Host, settings.Cluster.Self.Port));
        Assert.Equal([settings.Cluster.Self], settings.Cluster.Seeds);
        Assert.Equal(["gateway", "bridge"], settings.Cluster.Roles);
        Assert.True(settings.DemoFeed);
        Assert.Equal(50, settings.Bridge.MaxRate);
        Assert.Equal(TimeSpan.FromSeconds(60), settings.Latest);
        Assert.Equal(65536, settings.Transports.MaxPayload);
        Assert.Equal(TimeSpan.FromSeconds(5), settings.Drain);
        Assert.Equal(TimeSpan.Zero, settings.DrainDelay);
    }

    /// <summary>A setting whose default in reference.conf differs from the one in code would do neither what one says.</summary>
    [Fact]
    public void The_reference_and_the_code_have_the_same_defaults()
    {
        var settings = Read(development: true);
        Assert.Equal(new Actors.Feed.BridgeSettings(), settings.Bridge);
        Assert.Equal(new Actors.Cache.CacheSettings(), settings.Cache);
        Assert.Equal(new Actors.Clients.ClientSettings(), settings.Clients);
        Assert.Equal(new Node.Transports.Connections.TransportSettings(), settings.Transports);
    }

    [Fact]
    public void The_host_wins_over_the_file_and_the_file_over_the_reference()
    {
        var file = HoconFile("deltastream { http.port = 9001, service-name = from-file }");
        Assert.Equal((9001, "from-file"), Names(Read(true, ("HOCON_FILE", file))));
        Assert.Equal((9002, "from-file"), Names(Read(true, ("HOCON_FILE", file), ("PORT", "9002"))));
        Assert.Equal((8002, "socket-gateway"), Names(Read(true)));

        static (int, string) Names(NodeSettings settings) => (settings.Port, settings.ServiceName);
    }

    [Fact]
    public void A_key_without_a_variable_can_be_set_in_appsettings_and_in_the_file()
    {
        var file = HoconFile("deltastream.bridge.lease-ttl = 3s\ndeltastream.clients.max-clients = 7");
        var settings = Read(true, ("HOCON_FILE", file), ("deltastream:bridge:lease-ttl", "2s"));
        Assert.Equal(TimeSpan.FromSeconds(2), settings.Bridge.LeaseTtl);
        Assert.Equal(7, settings.Clients.MaxClients);
    }

    [Theory]
    [InlineData("null", "Null")]
    [InlineData("\"null\"", "Null")]
    [InlineData("skip", "Skip")]
    public void Numbers_that_are_not_finite_become_null_or_skip_their_message(string value, string rule)
    {
        Assert.Equal("Null", Read(true).Bridge.NonFinite.ToString());
        Assert.Equal(rule, Read(true, ("HOCON_FILE", HoconFile($"deltastream.bridge.non-finite = {value}"))).Bridge.NonFinite.ToString());
        Assert.Contains("one of null, skip", Refused(true, ("deltastream:bridge:non-finite", "zero")));
    }

    [Fact]
    public void The_file_overrides_akka_settings_too()
    {
        var file = HoconFile("akka.cluster.pub-sub.gossip-interval = 1s");
        Assert.Equal(TimeSpan.FromMilliseconds(250), Read(true).Cache.GossipInterval);
        var settings = Read(true, ("HOCON_FILE", file));
        Assert.Equal(TimeSpan.FromSeconds(1), settings.Cache.GossipInterval);
        Assert.Equal(TimeSpan.FromSeconds(1), settings.Hocon.GetTimeSpan("akka.cluster.pub-sub.gossip-interval"));
    }

    [Fact]
    public void An_empty_variable_counts_as_unset() => Assert.Equal(8002, Read(true, ("PORT", "")).Port);

    [Theory]
    [InlineData("PORT", "0", "a whole number from 1 to 65535")]
    [InlineData("PORT", "eighty", "a whole number from 1 to 65535")]
    [InlineData("PORT", "65536", "a whole number from 1 to 65535")]
    [InlineData("LATEST_SECONDS", "0", "a whole number from 1 to 604800")]
    [InlineData("LATEST_SECONDS", "604801", "a whole number from 1 to 604800")]
    [InlineData("PATH_BASE", "gateway", "a path that begins with a slash, such as /gateway, of letters, digits, '-', '_', '.', '~'")]
    [InlineData("PATH_BASE", "/a//b", "a path that begins with a slash, such as /gateway, of letters, digits, '-', '_', '.', '~'")]
    [InlineData("PATH_BASE", "/a/../b", "a path that begins with a slash, such as /gateway, of letters, digits, '-', '_', '.', '~'")]
    [InlineData("SERVICE_NAME", "two words", "1 to 64 letters, digits, '.', '_', '-'")]
    [InlineData("CORS_ORIGINS", "desk.example.com", OriginSettings.Allowed)]
    [InlineData("CORS_ORIGINS", "https://desk.example.com/path", OriginSettings.Allowed)]
    [InlineData("CORS_ORIGINS", "https://desk.example.com,https://*", OriginSettings.Allowed)]
    [InlineData("CLUSTER_HOSTNAME", "no host", "a host name or an IPv4 address")]
    [InlineData("CLUSTER_HOSTNAME", "fd00::1", "a host name or an IPv4 address; nodes talk to each other over IPv4 alone")]
    [InlineData("CLUSTER_SEEDS", "node1:4053,[fd00::1]:4053", "host:port,host:port; nodes talk to each other over IPv4 alone")]
    [InlineData("PORT", "tcp://10.0.0.1:8002", "a port; Kubernetes sets this variable for a service of that name: set enableServiceLinks: false for the pod, or rename the service")]
    [InlineData("CLUSTER_PORT", "tcp://10.0.0.1:4053", "a port; Kubernetes sets this variable for a service of that name: set enableServiceLinks: false for the pod, or rename the service")]
    [InlineData("CLUSTER_PORT", "-1", "a whole number from 1 to 65535")]
    [InlineData("CLUSTER_SEEDS", "node1", "host:port,host:port")]
    [InlineData("CLUSTER_SEEDS", "node1:99999", "host:port,host:port")]
    [InlineData("CLUSTER_ROLES", "gateway,cook", "gateway, bridge or both, comma-separated")]
    [InlineData("DEMO_FEED", "yes", "one of on, off, auto")]
    [InlineData("EMBEDDED_REDIS_PORT", "70000", "auto, or a port from 0 to 65535")]
    [InlineData("BRIDGE_MAX_RATE", "-1", "a whole number from 0 to 1000000")]
    [InlineData("BRIDGE_MAX_RATE", "0.5", "a whole number from 0 to 1000000")]
    [InlineData("TRUSTED_PROXIES", "10.0.0.0/8,proxy", "comma-separated addresses and networks such as 10.0.0.0/8")]
    [InlineData("TRUSTED_PROXIES", "0x10", "comma-separated addresses and networks such as 10.0.0.0/8")]
    [InlineData("TRUSTED_PROXIES", "10.1", "comma-separated addresses and networks such as 10.0.0.0/8")]
    [InlineData("TRUSTED_PROXIES", "010.0.0.1", "comma-separated addresses and networks such as 10.0.0.0/8")]
    [InlineData("TRUSTED_PROXIES", "10.0.0/8", "comma-separated addresses and networks such as 10.0.0.0/8")]
    [InlineData("TRUSTED_PROXIES", "0", "comma-separated addresses and networks such as 10.0.0.0/8")]
    [InlineData("CLUSTER_HOSTNAME", "0.0.0.0", "a host name or an IPv4 address under which the other nodes reach this one")]
    [InlineData("CLUSTER_HOSTNAME", "0", "a host name or an IPv4 address under which the other nodes reach this one")]
    [InlineData("LIMIT_CONNECTIONS", "0", "a whole number from 1 to 10000000")]
    [InlineData("LIMIT_CONNECTIONS_PER_ADDRESS", "-1", "a whole number from 0 to 10000000")]
    [InlineData("LIMIT_PARKED_POLLS", "0", "a whole number from 1 to 10000000")]
    [InlineData("LIMIT_HANDSHAKE_SECONDS", "10s", "a whole number from 1 to 600")]
    [InlineData("LIMIT_HEADER_BYTES", "100", "a whole number from 2048 to 1048576")]
    [InlineData("LIMIT_MESSAGE_BYTES", "64k", "a whole number from 1024 to 16777216")]
    [InlineData("DRAIN_SECONDS", "5s", "a whole number from 0 to 600")]
    [InlineData("DRAIN_DELAY_SECONDS", "-1", "a whole number from 0 to 600")]
    [InlineData("LOG_LEVEL", "chatty", "one of debug, information, warning, error")]
    [InlineData("REDIS_URL", "http://host:1", "the scheme must be redis, rediss, redis-sentinel or rediss-sentinel; write " + RedisUrl.Allowed)]
    public void A_wrong_variable_gets_one_line_with_name_value_and_what_is_allowed(string name, string value, string allowed) =>
        Assert.Equal($"{name}={value} is not allowed: {allowed}", Refused(true, (name, value)));

    [Theory]
    [InlineData("deltastream:cluster:bind_hostname")]
    [InlineData("DELTASTREAM:CLUSTER:BIND_HOSTNAME")]
    [InlineData("deltastream:cluster:bind-hostname")]
    public void A_key_can_be_set_by_a_name_that_a_shell_exports(string key) => Assert.Equal("10.9.8.7", Read(true, (key, "10.9.8.7")).Cluster.BindHost);

    [Fact]
    public void A_name_that_a_shell_exports_wins_over_appsettings() => Assert.Equal(
        "10.9.8.7", Read(true, ("deltastream:cluster:bind-hostname", "10.0.0.1"), ("DELTASTREAM:CLUSTER:BIND_HOSTNAME", "10.9.8.7")).Cluster.BindHost);

    [Theory]
    [InlineData("CLUSTER_SEED", "CLUSTER_SEEDS")]
    [InlineData("CLUSTER_HOST", "CLUSTER_HOSTNAME")]
    [InlineData("CLUSTERSEEDS", "CLUSTER_SEEDS")]
    [InlineData("PROT", "PORT")]
    [InlineData("REDIS_URI", "REDIS_URL")]
    [InlineData("CORS_ORIGIN", "CORS_ORIGINS")]
    [InlineData("AUTH_JWT_SECERT", "AUTH_JWT_SECRET")]
    [InlineData("AUTH_JWT_SECRET_FLIE", "AUTH_JWT_SECRET_FILE")]
    [InlineData("HOCON_FILES", "HOCON_FILE")]
    [InlineData("ASPNETCORE_ENVIROMENT", "ASPNETCORE_ENVIRONMENT")]
    public void A_near_miss_of_a_name_stops_the_start_and_names_the_right_one(string name, string meant)
    {
        Assert.Equal($"{name}=… is not allowed: there is no such setting, but there is {meant}", Refused(true, (name, "secret")));
        Assert.NotNull(Read(true, (name, "")));
    }

    [Theory]
    [InlineData("PATH")]
    [InlineData("HOST")]
    [InlineData("PWD")]
    [InlineData("PORTAL")]
    [InlineData("LOGNAME")]
    [InlineData("REDIS_PORT")]
    [InlineData("REDIS_SERVICE_HOST")]
    [InlineData("URLS")]
    [InlineData("HTTP_PORTS")]
    public void A_variable_of_another_program_does_not_stop_the_start(string name) => Assert.NotNull(Read(true, (name, "anything")));

    [Fact]
    public void A_Kubernetes_service_with_a_similar_name_does_not_stop_the_start() => Assert.NotNull(Read(true, ("OPERATORS_PORT", "tcp://10.0.0.1:9100")));

    [Theory]
    [InlineData("deltastream.bridge.lease-ttl", "1", "a time with its unit (ms, s, m) from 100ms to 60s")]
    [InlineData("deltastream.bridge.lease-ttl", "10ms", "a time with its unit (ms, s, m) from 100ms to 60s")]
    [InlineData("deltastream.bridge.takeover-hold", "1s", "a time with its unit (ms, s, m) from 10ms to 800ms")]
    [InlineData("deltastream.cache.read-batch", "0", "a whole number from 1 to 10000")]
    [InlineData("deltastream.redis.echo-timeout", "1s", "a time with its unit (ms, s, m) from 2s to 120s")]
    [InlineData("deltastream.brige.lease-ttl", "1s", "there is no such setting; reference.conf lists them all")]
    public void A_wrong_key_in_the_file_gets_one_line_as_well(string key, string value, string allowed) =>
        Assert.Contains(Refused(true, ("HOCON_FILE", HoconFile($"{key} = {value}"))),
            new[] { $"{key}={value} is not allowed: {allowed}", $"{key}=… is not allowed: {allowed}" });

    [Fact]
    public void A_file_that_is_missing_or_not_HOCON_is_named()
    {
        Assert.Equal("HOCON_FILE=/no/such/file is not allowed: a file that can be read", Refused(true, ("HOCON_FILE", "/no/such/file")));
        Assert.StartsWith("HOCON_FILE=", Refused(true, ("HOCON_FILE", HoconFile("deltastream { http { port = 1 }, }}"))));
    }

    [Theory]
    [InlineData("redis://user:secret@host:abc", "redis://***@host:abc")]
    [InlineData("redis://:s3cr3t@ho st:1", "redis://***@ho st:1")]
    [InlineData("redis://u:a@b:c@host:x", "redis://***@host:x")]
    [InlineData("user:secret@host:6379", "***")]
    [InlineData("redis://host:1?password=secret", "redis://host:1?***")]
    [InlineData("redis://host:1?password=s@cret", "redis://***")]
    [InlineData("redis:/user:secret@host", "***")]
    [InlineData("redis://user:secret@host:99999", "redis://***@host:99999")]
    [InlineData("redis://user:sec/ret@host:1", "redis://***")]
    [InlineData("redis://user:sec#ret@host:1", "redis://***")]
    [InlineData("redis://user:sec?ret@host:1", "redis://***")]
    [InlineData("redis://user:secret", "redis://user:***")]
    [InlineData("redis://:secret", "redis://:***")]
    [InlineData("redis://host:1/secret", "redis://host:1/***")]
    [InlineData("redis://host:1#secret", "redis://host:1#***")]
    [InlineData("redis://host:99999/1", "redis://host:99999/1")]
    [InlineData("redis://[::1]:x", "redis://[::1]:***")]
    [InlineData("secret", "***")]
    [InlineData("redis://a:1,b:secret", "redis://a:1,b:***")]
    [InlineData("redis://u:secret@a:1,b:x", "redis://***@a:1,b:x")]
    [InlineData("redis-sentinel://u:secret@a:1", "redis-sentinel://***@a:1")]
    public void A_wrong_redis_url_never_shows_its_secret(string url, string shown)
    {
        var refused = Refused(true, ("REDIS_URL", url));
        Assert.StartsWith($"REDIS_URL={shown} is not allowed: ", refused);
        Assert.EndsWith($"; write {RedisUrl.Allowed}", refused);
        Assert.DoesNotContain("cret", refused.Replace("secret/", ""));
    }

    [Fact]
    public void A_certificate_for_Redis_needs_its_key_and_TLS()
    {
        Assert.Equal(
            "REDIS_TLS_KEY= is not allowed: a PEM file: REDIS_TLS_CERTIFICATE and REDIS_TLS_KEY go together",
            Refused(true, ("REDIS_URL", "rediss://host"), ("REDIS_TLS_CERTIFICATE", "/a.pem")));
        Assert.Equal(
            "REDIS_TLS_CERTIFICATE=/a.pem is not allowed: for a REDIS_URL that begins with rediss:// or rediss-sentinel://",
            Refused(true, ("REDIS_URL", "redis://host"), ("REDIS_TLS_CERTIFICATE", "/a.pem"), ("REDIS_TLS_KEY", "/a.key")));
    }

    [Theory]
    [InlineData("a*")]
    [InlineData("a b")]
    [InlineData("deltastream:x:")]
    public void The_prefix_of_channels_is_no_pattern_and_none_of_the_nodes_own(string prefix)
    {
        Assert.StartsWith($"deltastream.redis.channel-prefix={prefix} is not allowed: 1 to 64 characters", Refused(true, ("deltastream:redis:channel-prefix", prefix)));
        Assert.Equal("eu:enriched:", Read(true, ("deltastream:redis:channel-prefix", "eu:enriched:")).Redis.ChannelPrefix);
    }

    [Fact]
    public void An_error_stays_on_one_line() => Assert.DoesNotContain('\n', Refused(true, ("PORT", "1\n2")));

    [Fact]
    public void Seeds_that_name_another_node_need_a_common_redis()
    {
        Assert.Contains("CLUSTER_SEEDS=other:4053 names another node", Refused(true, ("CLUSTER_SEEDS", "other:4053")));
        Assert.NotNull(Read(true, ("CLUSTER_SEEDS", "127.0.0.1:4053")));
        Assert.NotNull(Read(true, ("CLUSTER_SEEDS", "other:4053"), ("REDIS_URL", "redis://host")));
    }

    [Fact]
    public async Task Certificates_of_the_cluster_are_all_or_none_and_fit_each_other()
    {
        using var own = await TestSupport.Certificates.MakeAsync();
        using var foreign = await TestSupport.Certificates.MakeAsync();
        Assert.Null(Read(true).Cluster.Tls);
        var tls = Read(true, Tls(own.Certificate(), own.Key(), own.Authority)).Cluster.Tls!;
        Assert.Null(tls.WhyNot(tls.Certificate));
        Assert.NotNull(tls.WhyNot(null));
        Assert.NotNull(tls.WhyNot(Read(true, Tls(foreign.Certificate(), foreign.Key(), foreign.Authority)).Cluster.Tls!.Certificate));

        Assert.StartsWith("CLUSTER_TLS_KEY= is not allowed", Refused(true, Tls(own.Certificate(), "", own.Authority)));
        Assert.StartsWith("CLUSTER_TLS_CERTIFICATE=/no/file is not allowed", Refused(true, Tls("/no/file", own.Key(), own.Authority)));
        Assert.StartsWith($"CLUSTER_TLS_KEY={foreign.Key()} is not allowed", Refused(true, Tls(own.Certificate(), foreign.Key(), own.Authority)));
        Assert.StartsWith($"CLUSTER_TLS_CA={own.Key()} is not allowed", Refused(true, Tls(own.Certificate(), own.Key(), own.Key())));
        Assert.StartsWith($"CLUSTER_TLS_CERTIFICATE={own.Certificate()} is not allowed", Refused(true, Tls(own.Certificate(), own.Key(), foreign.Authority)));

        static (string, string)[] Tls(string certificate, string key, string authority) =>
            [("CLUSTER_TLS_CERTIFICATE", certificate), ("CLUSTER_TLS_KEY", key), ("CLUSTER_TLS_CA", authority)];
    }

    [Fact]
    public void In_production_nothing_is_simulated_by_default()
    {
        Assert.StartsWith("REDIS_URL= is not allowed: in production nothing is simulated unasked", Refused(false));
        Assert.True(Read(false, Anybody, ("DEMO_FEED", "on")).DemoFeed);
        Assert.False(Read(false, Anybody, ("REDIS_URL", "redis://host")).DemoFeed);
        Assert.True(Read(false, Anybody, ("REDIS_URL", "redis://host"), ("DEMO_FEED", "on")).DemoFeed);
        Assert.False(Read(true, ("DEMO_FEED", "off")).DemoFeed);
    }

    private static readonly (string, string) Anybody = ("AUTH_ALLOW_ANONYMOUS", "true");

    private static NodeSettings Read(bool development, params (string Name, string Value)[] values) => NodeSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Name, (string?)v.Value))).Build(), development, Folder);

    private static string Refused(bool development, params (string Name, string Value)[] values) =>
        Assert.Throws<SettingException>(() => Read(development, values)).Message;

    private string HoconFile(string text)
    {
        var path = Path.GetTempFileName();
        _files.Add(path);
        File.WriteAllText(path, text);
        return path;
    }
}
