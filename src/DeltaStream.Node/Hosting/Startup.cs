using System.Net;
using System.Net.Sockets;
using Akka.Configuration;
using DeltaStream.Node.Settings;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Hosting;

/// <summary>Starts the process, or explains in one line why it can't start.</summary>
internal static class Startup
{
    /// <summary>The exit code of a start with a wrong setting, and of a node that its cluster has removed.</summary>
    public const int RefusedExitCode = 1;

    /// <summary>Runs the node. A wrong setting is reported on standard error, without a stack trace.</summary>
    public static async Task<int> RunAsync(Func<Task> node)
    {
        try
        {
            await node();
            return Environment.ExitCode;
        }
        catch (Exception e) when (Refusal(e) is { } line)
        {
            await Console.Error.WriteLineAsync(line);
            return RefusedExitCode;
        }
    }

    /// <summary>
    /// Runs the host until it has stopped. A host that is told to stop during its start (by a signal, or because the cluster
    /// removes the node at once) ends the start with an exception. This method then stops the host in the normal order.
    /// </summary>
    public static async Task RunToEndAsync(this WebApplication app)
    {
        await using (app)
        {
            try
            {
                await app.StartAsync();
            }
            catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // The code below stops the services that have started.
            }

            await app.WaitForShutdownAsync();
        }
    }

    /// <summary>
    /// Creates a host that finds the page beside the program, whatever the current folder is. The host watches no files: settings
    /// are read once, and a watch on the current folder would react to all its changes.
    /// </summary>
    public static WebApplicationBuilder CreateBuilder(string[] args) => WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = ["--hostBuilder:reloadConfigOnChange=false", .. args],
        WebRootPath = Path.Combine(AppContext.BaseDirectory, "wwwroot"),
    });

    /// <summary>Reads the settings from the host's configuration.</summary>
    /// <exception cref="SettingException">A value is not allowed.</exception>
    public static NodeSettings ReadSettings(this WebApplicationBuilder builder)
    {
        var settings = NodeSettings.Read(
            builder.Configuration, builder.Environment.IsDevelopment(), Path.Combine(AppContext.BaseDirectory, "hocon"));
        RefuseTakenPort("deltastream.http.port", settings.Port);
        if (settings.Auth.OperatorPort != 0) RefuseTakenPort("deltastream.http.operator-port", settings.Auth.OperatorPort);
        RefuseTakenPort("deltastream.cluster.port", settings.Cluster.Self.Port);
        RefuseForeignHost(settings.Cluster);
        return settings;
    }

    /// <summary>Registers the order of stopping, and the phase of the node.</summary>
    public static IServiceCollection AddShutdown(this IServiceCollection services, NodeSettings settings) => services
        .AddSingleton<NodePhase>()
        .AddSingleton<Membership>()
        .AddHostedService<Shutdown>()
        .Configure<HostOptions>(host =>
        {
            // A request that a client never finishes delays the listener; meanwhile the node leaves the cluster.
            host.ServicesStopConcurrently = true;
            host.ShutdownTimeout = settings.DrainDelay + settings.Drain + Shutdown.ListenerPatience;
        });

    /// <summary>Checks the port before anything starts, because a start that fails halfway logs many lines.</summary>
    private static void RefuseTakenPort(string path, int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
        }
        catch (SocketException e)
        {
            throw new SettingException(SettingVariable.NameOf(path), $"{port}", e.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? $"a free port; port {port} is in use by another process"
                : $"a port that this process can listen on ({e.SocketErrorCode})");
        }
    }

    private static void RefuseForeignHost(ClusterSettings cluster)
    {
        if (IsOwn(cluster.BindHost)) return;
        var path = cluster.BindHost == cluster.Self.Host ? "deltastream.cluster.hostname" : "deltastream.cluster.bind-hostname";
        if (HasOnlyIPv6(cluster.BindHost))
            throw new SettingException(SettingVariable.NameOf(path), cluster.BindHost, "a name with an IPv4 address; this one has IPv6 addresses alone, and nodes talk to each other over IPv4 alone");
        throw new SettingException(SettingVariable.NameOf(path), cluster.BindHost, "a name or an IPv4 address that this machine can listen on; where the other nodes use another one, set deltastream.cluster.bind-hostname");
    }

    private static bool HasOnlyIPv6(string host)
    {
        try
        {
            return Dns.GetHostAddresses(host) is { Length: > 0 } addresses && addresses.All(address => address.AddressFamily == AddressFamily.InterNetworkV6);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool IsOwn(string host)
    {
        try
        {
            if (IPAddress.TryParse(host, out var address)) return IsOwn(address);
            return Dns.GetHostAddresses(host, AddressFamily.InterNetwork).Any(IsOwn);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool IsOwn(IPAddress address)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string? Refusal(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is SettingException) return cause.Message;
            if (HoconRefusal(cause) is { } line) return line;
        }

        return null;
    }

    /// <summary>Akka.NET alone knows the allowed values of its own settings; for a wrong value it fails to start.</summary>
    private static string? HoconRefusal(Exception cause) =>
        Environment.GetEnvironmentVariable("HOCON_FILE") is { Length: > 0 } file
            && cause is FormatException or ConfigurationException
            && cause.StackTrace?.Contains("Akka.Configuration", StringComparison.Ordinal) == true
            ? new SettingException("HOCON_FILE", file, $"a file whose akka settings Akka.NET can use ({cause.Message.ReplaceLineEndings(" ")})").Message
            : null;
}
