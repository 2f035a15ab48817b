using DeltaStream.Actors.Market;
using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Clients;

/// <summary>Counts a client's views while a request is carried out. Views that differ only in rate, status or meta count as one.</summary>
internal sealed class ViewLimits
{
    // A node that has as many views as it may have still grants so many to each client.
    private const int AlwaysGranted = 4;

    private readonly ClientContext _context;
    private readonly Dictionary<Room, ViewShape> _shapes = [];
    private readonly Dictionary<ViewShape, int> _counts = [];

    public ViewLimits(ClientContext context, IEnumerable<JoinedRoom> rooms)
    {
        _context = context;
        foreach (var joined in rooms) Set(joined.Room, joined.Viewed?.View.Shape);
    }

    /// <summary>
    /// Grants a room's new view; returns why it is refused, and changes nothing then. The shape of a granted one is reserved
    /// (<see cref="ChainViews.TryReserve"/>).
    /// </summary>
    /// <param name="room">The room.</param>
    /// <param name="view">The view; null for none.</param>
    public RequestError? Grant(Room room, View? view)
    {
        var former = _shapes.GetValueOrDefault(room);
        Set(room, null);
        if (view is { Shape: { IsMade: true } shape } && Refusal(shape) is { } error)
        {
            Set(room, former);
            return error;
        }

        Set(room, view?.Shape);
        return null;
    }

    private RequestError? Refusal(ViewShape shape)
    {
        var settings = _context.Settings;
        var isOwn = _counts.ContainsKey(shape);
        if (!isOwn && _counts.Count >= settings.MaxViews) return RequestError.TooManyViews(settings.MaxViews);
        var most = isOwn || _counts.Count <= AlwaysGranted ? int.MaxValue : settings.MaxNodeViews;
        return _context.Order.Views.TryReserve(shape, most) ? null : RequestError.TooManyNodeViews(settings.MaxNodeViews);
    }

    private void Set(Room room, ViewShape? shape)
    {
        if (_shapes.Remove(room, out var former) && --_counts[former] == 0) _counts.Remove(former);
        if (shape is not { IsMade: true }) return;
        _shapes.Add(room, shape);
        _counts[shape] = _counts.GetValueOrDefault(shape) + 1;
    }
}
