namespace DeltaStream.Actors.Sessions;

/// <summary>What is written of one session.</summary>
/// <param name="Key">Where.</param>
/// <param name="Holder">Who writes: refused where another has claimed the session.</param>
/// <param name="State">Which state the session is in.</param>
/// <param name="Text">The session; null to leave what is there as it is, and only keep it from expiring.</param>
public sealed record SessionWrite(string Key, string Holder, SessionState State, string? Text);

/// <summary>What may be done with a kept session.</summary>
public enum SessionState : byte
{
    /// <summary>Its client is connected for the first time: whoever has the pid may claim it, for the node may not know yet that the connection is dead.</summary>
    Open = 1,

    /// <summary>It was claimed, and its client is connected: it may be claimed only once that is over.</summary>
    Claimed = 2,

    /// <summary>Its connection is lost: whoever has the pid may claim it.</summary>
    Lost = 3,

    /// <summary>Its client has said goodbye: it is to be forgotten.</summary>
    Left = 4,
}

public enum SessionWriteResult : byte
{
    /// <summary>There was nothing whose life could be prolonged.</summary>
    Missing = 0,

    /// <summary>It is done.</summary>
    Done = 1,

    /// <summary>Another holder has claimed the session.</summary>
    Taken = 2,
}

/// <summary>The answer to a claim.</summary>
/// <param name="Text">The session, which is the claimant's now; null where there is none, or another holds it.</param>
/// <param name="Holder">Who holds it, where somebody does.</param>
public readonly record struct SessionClaim(string? Text, string? Holder);

/// <summary>Where sessions outlive their node.</summary>
public interface ISessionStore
{
    /// <summary>Writes sessions in one go.</summary>
    /// <param name="writes">At most a few hundred, each with a key of its own.</param>
    /// <param name="life">How long what is written lives without another write.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="Market.FeedUnavailableException">The store could not be reached.</exception>
    ValueTask<IReadOnlyList<SessionWriteResult>> WriteAsync(IReadOnlyList<SessionWrite> writes, TimeSpan life, CancellationToken cancellation);

    /// <summary>Claims a session, in one atomic step.</summary>
    /// <param name="key">Where it lies.</param>
    /// <param name="holder">Who claims.</param>
    /// <param name="gone">A holder that is known to be gone; null for none.</param>
    /// <param name="life">How long it lives without another write.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="Market.FeedUnavailableException">The store could not be reached.</exception>
    ValueTask<SessionClaim> ClaimAsync(string key, string holder, string? gone, TimeSpan life, CancellationToken cancellation);
}
