namespace DeltaStream.Actors.Sessions;

/// <summary>A write of one session.</summary>
/// <param name="Key">The session's key.</param>
/// <param name="Holder">The holder that writes. The store refuses the write if another holder has claimed the session.</param>
/// <param name="State">The session's state.</param>
/// <param name="Text">The session's text; null only prolongs its life.</param>
public sealed record SessionWrite(string Key, string Holder, SessionState State, string? Text);

/// <summary>The state of a stored session, which decides about claims.</summary>
public enum SessionState : byte
{
    /// <summary>
    /// The client is connected for the first time. A client with the pid may claim the session, because the node may not have
    /// noticed yet that the connection is dead.
    /// </summary>
    Open = 1,

    /// <summary>The session was claimed and its client is connected. It can't be claimed again until that connection ends.</summary>
    Claimed = 2,

    /// <summary>The connection is lost. A client with the pid may claim the session.</summary>
    Lost = 3,

    /// <summary>The client ended the session itself, so the store deletes it.</summary>
    Left = 4,
}

public enum SessionWriteResult : byte
{
    /// <summary>The store has no such session to prolong.</summary>
    Missing = 0,

    /// <summary>The write succeeded.</summary>
    Done = 1,

    /// <summary>Another holder has claimed the session.</summary>
    Taken = 2,
}

/// <summary>The answer to a claim.</summary>
/// <param name="Text">The session, which now belongs to the claimant; null if there is none or another holder has it.</param>
/// <param name="Holder">The present holder; null if there is none.</param>
public readonly record struct SessionClaim(string? Text, string? Holder);

/// <summary>Stores sessions outside the node, so that they outlive it.</summary>
public interface ISessionStore
{
    /// <summary>Writes several sessions in one request.</summary>
    /// <param name="writes">At most a few hundred, with distinct keys.</param>
    /// <param name="life">How long a session is kept without another write.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="Market.FeedUnavailableException">The store could not be reached.</exception>
    ValueTask<IReadOnlyList<SessionWriteResult>> WriteAsync(IReadOnlyList<SessionWrite> writes, TimeSpan life, CancellationToken cancellation);

    /// <summary>Claims a session in one atomic step.</summary>
    /// <param name="key">The session's key.</param>
    /// <param name="holder">The claiming holder.</param>
    /// <param name="gone">A holder that is known to be dead; null for none.</param>
    /// <param name="life">How long the session is kept without another write.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="Market.FeedUnavailableException">The store could not be reached.</exception>
    ValueTask<SessionClaim> ClaimAsync(string key, string holder, string? gone, TimeSpan life, CancellationToken cancellation);
}
