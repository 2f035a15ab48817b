using Akka.TestKit.Xunit2;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Authentication;
using DeltaStream.Node.Transports.Clients;
using DeltaStream.Node.Transports.Connections;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>One client of the gateway, with a spec for its actor and its supervisor, and a link in memory.</summary>
public abstract class ClientConnectionSpec : TestKit
{
    private protected ClientConnectionSpec()
    {
        Services = new ClientServices(() => TestActor, Tokens, null, new MessageRate(50, 100), Time);
        Client = new ClientTransport(Link, SocketIoProtocol.Instance, Services);
    }

    private protected ClientServices Services { get; }

    private protected MemoryLink Link { get; } = new();

    private protected FakeTokens Tokens { get; } = new();

    private protected FakeTimeProvider Time { get; } = new();

    private protected ClientTransport Client { get; }

    private protected async Task OpenAsync()
    {
        var opening = Client.OpenAsync("sid", ClientIdentity.Anonymous);
        var open = ExpectMsg<OpenClient>();
        Assert.Equal(("sid", Client), (open.SessionId, open.Transport));
        Reply(new ClientOpened(TestActor));
        Assert.Null(await opening);
        Link.Attach(Client);
    }

    private protected void Reply(object message) => LastSender.Tell(message, TestActor);

    private protected static string Text(ReadOnlyMemory<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes.Span);

    private protected sealed class FakeTokens : ITokenValidator
    {
        public int Checked { get; private set; }

        public bool NeedsToken => true;

        public ValueTask<TokenCheck> CheckAsync(string? token)
        {
            Checked++;
            return new(token switch
            {
                "good" => new TokenCheck(ClientIdentity.Anonymous with { Subject = "somebody" }, null),
                null => new TokenCheck(null, TokenRefusal.Missing),
                _ => new TokenCheck(null, TokenRefusal.Expired),
            });
        }

        public TokenRefusal RefuseMissing()
        {
            Checked++;
            return TokenRefusal.Missing;
        }
    }

    private protected sealed class MemoryLink : IConnectionLink
    {
        public int Written { get; private set; }

        public CloseReason? ClosedWith { get; private set; }

        /// <summary>What writing throws.</summary>
        public Exception? Fault { get; set; }

        public string Transport => TransportName.WebSocket;

        public string? BearerToken => null;

        public int MaxBatch => 64;

        public ConnectionEnd End { get; } = new();

        public void Attach(ILinkListener listener) => End.Attach(listener);

        public bool Write(IReadOnlyList<Frame> frames)
        {
            if (Fault is { } fault) throw fault;
            Written += frames.Count;
            return true;
        }

        public void Close(CloseReason reason) => ClosedWith = reason;
    }
}
