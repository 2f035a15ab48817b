using System.CommandLine;
using System.Net.Security;
using DeltaStream.Node.Settings;
using DeltaStream.Node.Settings.Reading;

namespace DeltaStream.Node.Commands;

/// <summary>How commands reach a node.</summary>
internal static class NodeLink
{
    /// <summary>The option that names another node than that of these settings.</summary>
    public static Option<Uri?> UrlOption() => new("--url")
    {
        Description = "The address of a node; by default the node of these settings on this machine",
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") return url;
            result.AddError("--url is the address of a node, such as http://node1:8002");
            return null;
        },
    };

    /// <summary>A path of a node, which may lie under a path prefix.</summary>
    public static Uri Under(Uri node, string path) => new(node.AbsoluteUri.TrimEnd('/') + "/" + path);

    /// <summary>Makes the client for one command.</summary>
    public static HttpClient ClientFor(Uri node, TimeSpan timeout) => new(new SocketsHttpHandler
    {
        // A node on this machine has the certificate of another name than localhost, and nobody stands between.
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = node.IsLoopback ? static (_, _, _, _) => true : null },
        UseProxy = false,
        AllowAutoRedirect = false,
    })
    { Timeout = timeout };

    /// <summary>The node that these settings would run.</summary>
    /// <param name="forOperators">Whether its port for operators is meant, if it has one.</param>
    public static Uri Own(bool forOperators)
    {
        var (configuration, _) = NodeCommands.Configuration();
        var reader = new SettingReader(SettingSources.Load(configuration, NodeCommands.HoconFolder).All);
        var operatorPort = forOperators ? reader.Number("deltastream.http.operator-port", 0, 65535) : 0;
        // The operators' port speaks plain HTTP.
        if (operatorPort != 0) return new Uri($"http://127.0.0.1:{operatorPort}");
        var scheme = HttpsSettings.Read(reader) is null ? "http" : "https";
        return new Uri($"{scheme}://127.0.0.1:{reader.Number("deltastream.http.port", 1, 65535)}");
    }
}
