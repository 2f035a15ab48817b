using System.Collections.Concurrent;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Node.Admission;

/// <summary>
/// Decides whether a new connection is accepted: not before the node has joined its cluster, not while it drains,
/// and not beyond the limits of the node and of each address. An accepted client occupies a place until it leaves. Safe to use from any thread.
/// </summary>
internal sealed class AdmissionControl
{
    private readonly ConcurrentDictionary<ClientAddress, int> _byAddress = new();
    private readonly int _mostPolls;
    private readonly GatewayMetrics? _metrics;
    private int _inside;
    private int _polls;
    private bool _stopped;
    private Func<bool>? _hasStarted;

    /// <param name="most">The most clients of the node at once.</param>
    /// <param name="mostFromAddress">The most clients from one address at once; 0 for no limit.</param>
    /// <param name="mostPolls">The most polls that may wait at once.</param>
    /// <param name="metrics">Counts refused connections.</param>
    public AdmissionControl(int most, int mostFromAddress = 0, int mostPolls = int.MaxValue, GatewayMetrics? metrics = null)
    {
        (Most, MostFromAddress, _mostPolls, _metrics) = (most, mostFromAddress, mostPolls, metrics);
        Idle = new IdleConnections(this);
    }

    /// <summary>The most clients of the node at once.</summary>
    public int Most { get; }

    /// <summary>The most clients from one address at once; 0 for no limit.</summary>
    public int MostFromAddress { get; }

    /// <summary>The connections that wait for their next request; they yield to clients.</summary>
    public IdleConnections Idle { get; }

    /// <summary>The number of occupied places.</summary>
    public int Inside => Volatile.Read(ref _inside);

    /// <summary>The number of places that an address occupies; counted only if there is a limit for it.</summary>
    public int InsideFrom(ClientAddress address) => _byAddress.GetValueOrDefault(address);

    /// <summary>Whether one more client from this address would have a place.</summary>
    public bool HasRoomFor(ClientAddress address) => Inside < Most && (MostFromAddress == 0 || InsideFrom(address) < MostFromAddress);

    /// <summary>New connections are refused until this has been true once.</summary>
    public void StartWhen(Func<bool> hasStarted) => Volatile.Write(ref _hasStarted, hasStarted);

    /// <summary>From now on every new connection is refused.</summary>
    public void Stop() => Volatile.Write(ref _stopped, true);

    /// <summary>Takes a place for a new client. The caller returns each place with <see cref="Leave"/>.</summary>
    /// <returns>Null if the client has a place, else the reason for the refusal.</returns>
    public RefusedConnection? TryEnter(ClientAddress address)
    {
        if (Volatile.Read(ref _stopped)) return RefusedConnection.Draining;
        if (Volatile.Read(ref _hasStarted) is { } hasStarted)
        {
            if (!hasStarted()) return RefusedConnection.Starting;
            Volatile.Write(ref _hasStarted, null);
        }
        if (Interlocked.Increment(ref _inside) > Most)
        {
            Interlocked.Decrement(ref _inside);
            return RefusedConnection.TooMany;
        }
        if (MostFromAddress > 0 && _byAddress.AddOrUpdate(address, 1, static (_, count) => count + 1) > MostFromAddress)
        {
            Leave(address);
            return RefusedConnection.TooManyFromAddress;
        }
        Idle.MakeRoom(address);
        return null;
    }

    /// <summary>Returns a client's place.</summary>
    public void Leave(ClientAddress address)
    {
        Interlocked.Decrement(ref _inside);
        if (MostFromAddress == 0) return;
        // Removes the entry only while it is still 0: another client may enter at the same moment.
        if (_byAddress.AddOrUpdate(address, 0, static (_, count) => count - 1) == 0) _byAddress.TryRemove(new(address, 0));
    }

    /// <summary>Counts a poll that is about to wait, until <see cref="EndPark"/>; false if too many wait.</summary>
    public bool TryPark()
    {
        if (Interlocked.Increment(ref _polls) <= _mostPolls) return true;
        EndPark();
        return false;
    }

    public void EndPark() => Interlocked.Decrement(ref _polls);

    /// <summary>Answers a refused client, and counts the refusal.</summary>
    public Task RefuseAsync(HttpContext context, RefusedConnection refused)
    {
        Count(refused);
        context.Response.StatusCode = refused.HttpStatus;
        context.Response.Headers.RetryAfter = "1";
        context.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }

    /// <summary>Counts a refusal for which another class has answered.</summary>
    public void Count(RefusedConnection refused) => _metrics?.RefusedConnection(refused.Reason);
}
