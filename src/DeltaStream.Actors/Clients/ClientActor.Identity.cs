using Akka.Actor;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// Who the client is: its token's renewal, which touches no room that the new token covers, and its end. The node's
/// <see cref="TokenClock"/> says when it is time to look; a client has no timer of its own.
/// </summary>
public sealed partial class ClientActor
{
    // What a client that can't be written to now is given to read its last word.
    private static readonly TimeSpan LastWordPatience = TimeSpan.FromSeconds(2);

    private ClientIdentity _identity;

    private void OnAuthenticated(ClientIdentity identity, ReadOnlyMemory<byte>? ackId)
    {
        if (identity.Subject != _identity.Subject)
        {
            Refuse(RequestError.OtherSubject, ackId);
            return;
        }

        _identity = identity;
        if (identity.ExpiresAt is null) _context.Tokens.Tell(ForgetToken.Instance, Self);
        else AwaitExpiry();
        Answer(ServerEvents.Authenticated, ServerEvents.AuthenticatedData(identity.ExpiresAt));
        Acknowledge(ackId, null, null);
        foreach (var room in _ledger.Rooms.Select(joined => joined.Room).Where(room => !identity.Rooms.Covers(room)).ToList()) Leave(room, null);
    }

    /// <summary>Asks to be told ahead of time; of a token that is short anyway, at half of what is left of it.</summary>
    private void AwaitExpiry()
    {
        if (_identity.ExpiresAt is not { } expiry) return;
        var half = (expiry - _context.Time.GetUtcNow()) / 2;
        var ahead = half < _context.Settings.ExpiryNotice ? half : _context.Settings.ExpiryNotice;
        _context.Tokens.Tell(new WatchToken(expiry, expiry - ahead), Self);
    }

    private void OnTokenDue(DateTimeOffset expiresAt)
    {
        // Of the token before a renewal.
        if (expiresAt != _identity.ExpiresAt) return;
        var left = expiresAt - _context.Time.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            Refuse(RequestError.TokenExpired, null);
            CloseAfterLastWord(CloseReason.TokenExpired);
            return;
        }

        Answer(ServerEvents.TokenExpiring, ServerEvents.TokenExpiringData(left));
        _context.Tokens.Tell(new WatchToken(expiresAt, expiresAt), Self);
    }

    /// <summary>Sends no update any more, and closes once the answers that wait have left.</summary>
    private void CloseAfterLastWord(CloseReason reason)
    {
        if (_reason is not null) return;
        _opening = null;
        _context.Metrics.Dropped(_outbox.Purge(static _ => false), "unsubscribed");
        Flush();
        if (_outbox.IsEmpty)
        {
            CloseFor(reason);
            return;
        }

        // In place of the look after a stuck write, which would keep a client that never reads for longer.
        _stuckCheck?.Cancel();
        _stuckCheck = Context.System.Scheduler.ScheduleTellOnceCancelable(LastWordPatience, Self, new CloseClient(reason), Self);
        Become(message => Leaving(message, reason));
    }

    private void Leaving(object message, CloseReason reason)
    {
        switch (message)
        {
            case TransportReady:
                OnReady();
                Flush();
                if (_outbox.IsEmpty) CloseFor(reason);
                break;
            case Barrier:
                Sender.Tell(Barrier.Instance);
                break;
            case TransportClosed closed:
                End(closed.Reason);
                break;
            case CloseClient close:
                CloseFor(close.Reason);
                break;
        }
    }

    private void CloseFor(CloseReason reason)
    {
        if (_reason is not null) return;
        _transport.Close(reason);
        End(reason);
    }
}
