using Akka.Actor;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// How long a client's token lets it stay: when it is warned, and when that ends. The node's <see cref="TokenClock"/> says when it
/// is time to look; a client has no timer of its own.
/// </summary>
internal sealed class TokenLife(ClientContext context, IActorRef self, ClientConnection connection, ClientIdentity identity)
{
    public ClientIdentity Identity { get; private set; } = identity;

    /// <summary>Asks to be told ahead of the end: of a short token at half of its remaining time.</summary>
    public void Watch()
    {
        if (Identity.ExpiresAt is not { } expiry) return;
        var half = (expiry - context.Time.GetUtcNow()) / 2;
        context.Tokens.Tell(new WatchToken(expiry, expiry - (half < context.Settings.ExpiryNotice ? half : context.Settings.ExpiryNotice)), self);
    }

    public void Forget()
    {
        if (Identity.ExpiresAt is not null) context.Tokens.Tell(ForgetToken.Instance, self);
    }

    /// <summary>A renewed token takes the place of the old one, unless it is another subject's.</summary>
    public bool Renew(Authenticated authenticated)
    {
        if (authenticated.Identity.Subject != Identity.Subject)
        {
            connection.Refuse(RequestError.OtherSubject, authenticated.AckId);
            return false;
        }

        Forget();
        Identity = authenticated.Identity;
        Watch();
        connection.Answer(ServerEvents.Authenticated, ServerEvents.AuthenticatedData(Identity.ExpiresAt));
        connection.Acknowledge(authenticated.AckId, ServerEvents.OkAck(null));
        return true;
    }

    /// <summary>The time has come that was asked for: warns the client.</summary>
    /// <returns>Whether its token has expired; never by what was asked for the token before a renewal.</returns>
    public bool HasExpired(TokenDue due)
    {
        if (due.ExpiresAt != Identity.ExpiresAt) return false;
        var remaining = due.ExpiresAt - context.Time.GetUtcNow();
        if (remaining <= TimeSpan.Zero)
        {
            connection.Refuse(RequestError.TokenExpired, null);
            return true;
        }

        connection.Answer(ServerEvents.TokenExpiring, ServerEvents.TokenExpiringData(remaining));
        context.Tokens.Tell(new WatchToken(due.ExpiresAt, due.ExpiresAt), self);
        return false;
    }
}
