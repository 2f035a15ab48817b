namespace DeltaStream.Actors.Takeover;

/// <summary>Why a bridge does not publish a message that no other bridge has published either.</summary>
internal enum WithheldReason
{
    /// <summary>It came in the half second of a takeover, and its timestamp is older than that of the last published value.</summary>
    Takeover,

    /// <summary>The subscription lags: the last published value is still to come, and the message's timestamp is older.</summary>
    Lag,

    /// <summary>It came in the half second after a reconnect, and its timestamp is older than that of the value in Redis.</summary>
    Reconnect,

    /// <summary>It waited for longer than values of its kind live.</summary>
    Expired,
}
