namespace DeltaStream.Node.Admission;

/// <summary>
/// The HTTP connections that wait for their next request. They count to the limits of the node and of their address, but they
/// yield: where clients and idle connections together are too many, the connections that have waited longest are closed. A client
/// is never refused because of them. Safe to use from any thread.
/// </summary>
/// <param name="admission">Counts the clients.</param>
internal sealed class IdleConnections(AdmissionControl admission)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<IdleConnection> _all = new();
    private readonly Dictionary<ClientAddress, LinkedList<IdleConnection>> _byAddress = [];

    /// <summary>The number of idle connections.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _all.Count;
        }
    }

    /// <summary>A request begins on the connection.</summary>
    /// <returns>
    /// Whether the connection has a place after the request. If clients alone take all places, the response should close it.
    /// </returns>
    public bool Wake(IdleConnection connection)
    {
        lock (_gate) Remove(connection);
        return admission.HasRoomFor(connection.Address);
    }

    /// <summary>The connection waits for its next request.</summary>
    public void Rest(IdleConnection connection)
    {
        lock (_gate)
        {
            if (connection.HasEnded || connection.Places is not null) return;
            if (!_byAddress.TryGetValue(connection.Address, out var own)) _byAddress[connection.Address] = own = new LinkedList<IdleConnection>();
            connection.Places = (_all.AddLast(connection), own.AddLast(connection));
        }
        MakeRoom(connection.Address);
    }

    /// <summary>The connection has ended.</summary>
    public void End(IdleConnection connection)
    {
        lock (_gate)
        {
            connection.HasEnded = true;
            Remove(connection);
        }
    }

    /// <summary>Closes the connections that have waited longest, if the node or the address has too many.</summary>
    public void MakeRoom(ClientAddress address)
    {
        List<IdleConnection>? yielding = null;
        lock (_gate)
        {
            while (ExcessOf(address) > 0 && _byAddress.TryGetValue(address, out var own)) Yield(own.First!.Value);
            while (Excess() > 0 && _all.First is { } oldest) Yield(oldest.Value);
        }
        // Outside the lock, because closing may end the connection at once.
        foreach (var connection in yielding ?? []) connection.Close();

        void Yield(IdleConnection connection)
        {
            Remove(connection);
            (yielding ??= []).Add(connection);
        }
    }

    private int Excess() => admission.Inside + _all.Count - admission.Most;

    private int ExcessOf(ClientAddress address) => admission.MostFromAddress == 0
        ? -1
        : admission.InsideFrom(address) + (_byAddress.TryGetValue(address, out var own) ? own.Count : 0) - admission.MostFromAddress;

    private void Remove(IdleConnection connection)
    {
        if (connection.Places is not { } places) return;
        connection.Places = null;
        _all.Remove(places.InAll);
        var own = _byAddress[connection.Address];
        own.Remove(places.InAddress);
        if (own.Count == 0) _byAddress.Remove(connection.Address);
    }
}
