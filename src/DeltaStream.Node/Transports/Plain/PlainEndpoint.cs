using System.Collections.Concurrent;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Plain;

/// <summary>Handles the HTTP requests of one path for plain WebSockets.</summary>
internal sealed class PlainEndpoint(
    TransportSettings settings, Deadlines deadlines, AdmissionControl admission, IPlainApplication application)
{
    private static readonly string[] Subprotocols = ["deltastream.v1", "json"];

    private readonly ConcurrentDictionary<PlainLink, bool> _links = [];

    public IEnumerable<PlainLink> All => _links.Select(entry => entry.Key);

    /// <summary>
    /// Answers one request. Its WebSocket is served after the request has ended (<see cref="IUpgradedConnection"/>). No request
    /// makes this method throw.
    /// </summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (!settings.Origins.Allows(context.Request))
        {
            admission.Count(RefusedConnection.WrongOrigin);
            context.Response.StatusCode = EngineError.Forbidden.HttpStatus;
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(EngineError.Forbidden.Json);
        }
        else if (!WebSocketAcceptor.IsRequested(context))
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.Upgrade = "websocket";
        }
        else
        {
            await OpenAsync(context);
        }
    }

    private async Task OpenAsync(HttpContext context)
    {
        var address = ClientAddress.Of(context);
        var webSocket = await WebSocketAcceptor.EnterAsync(context, admission, address, deadlines, settings, Subprotocols);
        if (webSocket is null) return;
        var bearerToken = BearerToken.Of(context.Request);
        await WebSocketAcceptor.ServeAsync(context, () => ServeAsync(webSocket, bearerToken, address));
    }

    private async Task ServeAsync(WebSocketConnection webSocket, string? bearerToken, ClientAddress address)
    {
        var link = new PlainLink(webSocket, bearerToken, application, deadlines, settings);
        _links[link] = true;
        try
        {
            await link.RunAsync();
        }
        finally
        {
            _links.TryRemove(link, out _);
            admission.Leave(address);
        }
    }
}
