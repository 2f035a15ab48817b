using System.Net.Security;

namespace DeltaStream.TestSupport;

/// <summary>How a <see cref="TestClient"/> differs from a well-behaved one on this machine.</summary>
public sealed record TestClientOptions
{
    public (string Name, string Value)[] Headers { get; init; } = [];

    /// <summary>The address to come from: all of 127.0.0.0/8 is this machine; null: the system's choice.</summary>
    public string? From { get; init; }

    /// <summary>The size of the socket's receive buffer in bytes; null: the system's choice.</summary>
    public int? ReceiveBuffer { get; init; }

    /// <summary>Which certificates it trusts over TLS; null: those that the machine trusts.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Whether it answers the pings of the heartbeat.</summary>
    public bool AnswersPings { get; init; } = true;

    /// <summary>Gets each text as it comes, in order; the client then keeps none.</summary>
    public Action<string>? OnText { get; init; }
}
