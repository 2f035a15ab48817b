using Akka.Actor;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// The life of a client's token: when the client gets a notice, and when the token expires. The node's <see cref="TokenClock"/>
/// triggers the checks, so a client needs no timer of its own.
/// </summary>
internal sealed class TokenLife(ClientContext context, IActorRef self, ClientConnection connection, ClientIdentity identity)
{
    public ClientIdentity Identity { get; private set; } = identity;

    /// <summary>Requests a check ahead of the expiry; for a short token at half of its remaining time.</summary>
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

    /// <summary>Replaces the token with a renewed one, unless that one has another subject.</summary>
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
        connection.Acknowledge(authenticated.AckId, ServerEvents.OkAck());
        return true;
    }

    /// <summary>Handles a due check: notifies the client, or finds that the token has expired.</summary>
    /// <returns>True if the token has expired. A check that was requested for an earlier token never counts.</returns>
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
