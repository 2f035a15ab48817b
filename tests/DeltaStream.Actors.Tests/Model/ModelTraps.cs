namespace DeltaStream.Actors.Tests.Model;

/// <summary>
/// The shortest schedules that break a promise where one mechanism is taken out: for each patch of <c>tests/mutations</c> that the
/// model holds. A new one is found with <c>ModelSchedule.Random</c> and <c>Shrink</c> on the sources that the patch has changed.
/// </summary>
internal static class ModelTraps
{
    public static readonly (string Mechanism, string Schedule)[] All =
    [
        ("last-after-a-gap", "stays 1703080724 0.5 15.0"),
        ("last-at-a-new-epoch", "stays 1307301625 11.326 14.0 0.9 1.0 1.0 13.0 14.0 9.0 0.305"),
        ("last-given-and-lost", "stays 608275491 16.0"),
        ("last-joining-until-acknowledged", "stays 1805211247 16.0 0.0"),
        ("last-of-a-settling-room-that-moves", "moves 1417292612 0.0 1.7 2.5 18.535 4.0 17.50"),
        ("last-while-settling", "stays 645237757"),
        ("once-after-a-narrow-room", "stays 2028671678 0.0 1.0 13.0 6.0 18.54 9.5"),
        ("once-ahead-of-the-position", "moves 521886495 17.56"),
        ("once-by-delivery", "stays 645237757"),
        ("once-by-the-joins-serial", "stays 1890930130 8.0 0.3"),
        ("once-of-updates-not-received", "moves 1457539139 0.0 1.5 17.997"),
        ("once-under-the-old-serial", "stays 385935101 0.0 14.0"),
        ("once-until-the-position", "moves 592426471 17.0"),
        ("once-until-the-keys-next-update", "stays 1496819837 0.0 1.0 1.0 13.0 18.57 0.0 4.0 9.1585618636"),
        ("order-after-a-lagging-successor", "stays 778322764 0.9 14.810957711"),
        ("order-by-barrier", "stays 89582847 0.0 1.0 14.0 0.0 1.0 2.5"),
        ("order-by-barrier-at-delivery", "stays 1504258200 0.0 15.0 12.0 5.0 12.0 0.0 5.0"),
        ("order-after-two-rooms-left", "moves 160486291 9.21 0.0 1.5 2.1 18.103 4.0 9.0 17.0 8.0"),
        ("order-by-the-wide-path", "stays 1308711484 0.90 1.0 1.0 0.98 13.0 13.0 12.0 9.1690307656 5.0 12.0 18.53"),
        ("snapshot-after-this-very-acknowledgement", "stays 2006777519 18.0 9.0 18.11 18.0 8.0 4.0 18.5 18.6 0.0"),
        ("snapshot-read-when-handled", "stays 1876167743 16.0"),
    ];
}
