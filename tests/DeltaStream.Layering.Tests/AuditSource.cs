using System.Net;
using System.Text;
using DeltaStream.TestSupport;

namespace DeltaStream.Layering.Tests;

/// <summary>A package source that knows of one vulnerability, as NuGet asks for it (VulnerabilityInfo 6.7.0).</summary>
internal sealed class AuditSource : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Dictionary<string, string> _documents;

    /// <summary>Starts it.</summary>
    /// <param name="package">Whose versions, all of them, are vulnerable.</param>
    /// <param name="severity">From 0, low, to 3, critical.</param>
    /// <param name="hasList">Whether it says that it knows of vulnerabilities.</param>
    public AuditSource(string package, int severity, bool hasList = true)
    {
        var root = $"http://127.0.0.1:{FreePort.Next()}";
        _documents = new Dictionary<string, string>
        {
            ["/index.json"] = $$"""{"version": "3.0.0", "resources": [{"@id": "{{root}}/known.json", "@type": "{{(hasList ? "VulnerabilityInfo" : "PackageBaseAddress")}}/6.7.0"}]}""",
            ["/known.json"] = $$"""[{"@name": "base", "@id": "{{root}}/base.json", "@updated": "2026-01-01T00:00:00Z"}]""",
            ["/base.json"] = $$"""{"{{package.ToLowerInvariant()}}": [{"url": "https://advisories.example/1", "severity": {{severity}}, "versions": "(, )"}]}""",
        };
        Url = $"{root}/index.json";
        _listener.Prefixes.Add($"{root}/");
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Its service index.</summary>
    public string Url { get; }

    /// <inheritdoc/>
    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                if (_documents.TryGetValue(context.Request.Url!.AbsolutePath, out var text))
                {
                    context.Response.ContentType = "application/json";
                    context.Response.Close(Encoding.UTF8.GetBytes(text), willBlock: true);
                }
                else
                {
                    context.Response.StatusCode = 404;
                    context.Response.Close();
                }
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }
}
