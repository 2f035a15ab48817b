using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>Nothing is kept for a client but its views and its versions.</summary>
public class ViewMemorySpecs
{
    private const int Rooms = 100_000;

    [Fact]
    public void A_view_of_a_joined_room_costs_at_most_48_bytes_with_its_reference()
    {
        var rooms = Enumerable.Range(0, Rooms).Select(i => new JoinedRoom(Room.Product($"P{i}"))).ToArray();
        var (view, version) = (View.Whole, ViewVersion.Parse("abc"));
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var joined in rooms) joined.Viewed = new(view) { Version = version };
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Rooms;
        Assert.InRange(bytes + IntPtr.Size, 1, 48);
    }
}
