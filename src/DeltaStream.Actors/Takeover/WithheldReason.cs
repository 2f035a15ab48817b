namespace DeltaStream.Actors.Takeover;

/// <summary>Why a bridge does not publish a message that nobody has published.</summary>
internal enum WithheldReason
{
    /// <summary>It came in the half second of a takeover, and its timestamp is older than the one that was published last.</summary>
    Takeover,

    /// <summary>The subscription lags: the value that was published last is still to come, and the timestamp is older than its.</summary>
    Lag,

    /// <summary>It came in the half second after a reconnect, and its timestamp is older than the one that Redis had stored.</summary>
    Reconnect,

    /// <summary>It waited for longer than values of its kind live.</summary>
    Expired,
}
