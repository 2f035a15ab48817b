using System.Collections.Concurrent;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Node.Admission;

/// <summary>
/// Whether a new connection is let in: not while the node stops, and not beyond the limits, of the node and of each address. A
/// client that was let in takes a place until it leaves. Safe to use from any thread.
/// </summary>
/// <param name="most">How many clients the node serves at once.</param>
/// <param name="mostFromAddress">How many of them may come from one address; 0 for no limit.</param>
/// <param name="mostPolls">How many polls may wait at once.</param>
/// <param name="metrics">Counts refused connections.</param>
internal sealed class AdmissionControl(int most, int mostFromAddress = 0, int mostPolls = int.MaxValue, GatewayMetrics? metrics = null)
{
    private readonly ConcurrentDictionary<ClientAddress, int> _byAddress = new();
    private int _inside;
    private int _polls;
    private bool _stopped;

    /// <summary>How many places are taken.</summary>
    public int Inside => Volatile.Read(ref _inside);

    /// <summary>Lets no new connection in from now on.</summary>
    public void Stop() => Volatile.Write(ref _stopped, true);

    /// <summary>Takes a place for one more client; each is given back by <see cref="Leave"/>.</summary>
    /// <returns>Null, or why there is none.</returns>
    public RefusedConnection? TryEnter(ClientAddress address)
    {
        if (Volatile.Read(ref _stopped)) return RefusedConnection.Draining;
        if (Interlocked.Increment(ref _inside) > most)
        {
            Interlocked.Decrement(ref _inside);
            return RefusedConnection.TooMany;
        }
        if (mostFromAddress == 0) return null;
        if (_byAddress.AddOrUpdate(address, 1, static (_, count) => count + 1) <= mostFromAddress) return null;
        Leave(address);
        return RefusedConnection.TooManyFromAddress;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave(ClientAddress address)
    {
        Interlocked.Decrement(ref _inside);
        if (mostFromAddress == 0) return;
        // Removed only while it is still 0: another may come in meanwhile.
        if (_byAddress.AddOrUpdate(address, 0, static (_, count) => count - 1) == 0) _byAddress.TryRemove(new(address, 0));
    }

    /// <summary>Lets one more poll wait, until <see cref="EndPark"/>.</summary>
    public bool TryPark()
    {
        if (Interlocked.Increment(ref _polls) <= mostPolls) return true;
        EndPark();
        return false;
    }

    public void EndPark() => Interlocked.Decrement(ref _polls);

    /// <summary>Tells the client to come back, or to go elsewhere, and counts it.</summary>
    public Task RefuseAsync(HttpContext context, RefusedConnection refused)
    {
        Count(refused);
        context.Response.StatusCode = refused.HttpStatus;
        context.Response.Headers.RetryAfter = "1";
        context.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }

    /// <summary>Counts what is refused elsewhere.</summary>
    public void Count(RefusedConnection refused) => metrics?.RefusedConnection(refused.Reason);
}
