using System.Net;
using DeltaStream.Node.Admission;
using Microsoft.AspNetCore.Connections.Features;

namespace DeltaStream.Node.Tests.Admission;

/// <summary>Idle HTTP connections count to the limits, and yield.</summary>
public sealed class IdleConnectionSpecs
{
    private static readonly ClientAddress One = ClientAddress.Of(IPAddress.Parse("192.0.2.1"));
    private static readonly ClientAddress Other = ClientAddress.Of(IPAddress.Parse("192.0.2.2"));

    [Fact]
    public void Clients_and_idle_connections_together_are_at_most_the_limit_and_the_oldest_yields()
    {
        var admission = new AdmissionControl(most: 3);
        var (first, second, third, fourth) = (new Http(admission, One), new Http(admission, Other), new Http(admission, One), new Http(admission, One));
        Http.Rest(first, second, third);
        Assert.Equal((3, false), (admission.Idle.Count, first.IsClosed));

        fourth.Rest();
        Assert.Equal([true, false, false, false], new[] { first, second, third, fourth }.Select(each => each.IsClosed));
        Assert.Null(admission.TryEnter(Other));
        Assert.Equal([true, true, false, false], new[] { first, second, third, fourth }.Select(each => each.IsClosed));
        Assert.Equal(2, admission.Idle.Count);
    }

    [Fact]
    public void An_idle_connection_never_keeps_a_client_out()
    {
        var admission = new AdmissionControl(most: 2, mostFromAddress: 2);
        Http.Rest(new(admission, One), new(admission, One));
        Assert.Null(admission.TryEnter(One));
        Assert.Null(admission.TryEnter(One));
        Assert.Equal(0, admission.Idle.Count);
        Assert.Equal(RefusedConnection.TooMany, admission.TryEnter(Other));
        // A refused client takes nobody's place.
        admission.Leave(One);
        Http.Rest(new Http(admission, Other));
        Assert.Equal(1, admission.Idle.Count);
    }

    [Fact]
    public void An_address_has_its_own_limit_and_closes_only_its_own()
    {
        var admission = new AdmissionControl(most: 100, mostFromAddress: 2);
        var foreign = new Http(admission, Other);
        var (first, second, third) = (new Http(admission, One), new Http(admission, One), new Http(admission, One));
        Http.Rest(foreign, first, second, third);
        Assert.Equal([false, true, false, false], new[] { foreign, first, second, third }.Select(each => each.IsClosed));
        Assert.Null(admission.TryEnter(One));
        Assert.True(second.IsClosed);
        Assert.False(third.IsClosed || foreign.IsClosed);
    }

    [Fact]
    public void A_request_learns_whether_its_connection_has_a_place_after_it()
    {
        var admission = new AdmissionControl(most: 2);
        var connection = new Http(admission, One);
        Assert.True(connection.Wake());
        connection.Rest();
        // The connection's own place is free while it serves a request.
        Assert.Null(admission.TryEnter(Other));
        Assert.True(connection.Wake());
        Assert.Null(admission.TryEnter(Other));
        Assert.False(connection.Wake());
    }

    [Fact]
    public void A_connection_that_serves_or_has_ended_is_not_idle()
    {
        var admission = new AdmissionControl(most: 1, mostFromAddress: 1);
        var (busy, ended) = (new Http(admission, One), new Http(admission, One));
        busy.Rest();
        busy.Wake();
        ended.End();
        ended.Rest();
        Assert.Equal(0, admission.Idle.Count);
        busy.Rest();
        busy.Rest();
        Assert.Equal(1, admission.Idle.Count);
        busy.End();
        Assert.Equal(0, admission.Idle.Count);
        Assert.False(busy.IsClosed || ended.IsClosed);
    }

    private sealed class Http : IConnectionLifetimeNotificationFeature
    {
        private readonly AdmissionControl _admission;
        private readonly IdleConnection _connection;

        public Http(AdmissionControl admission, ClientAddress address) => (_admission, _connection) = (admission, new IdleConnection(address, this));

        public bool IsClosed { get; private set; }

        public CancellationToken ConnectionClosedRequested { get; set; }

        public static void Rest(params Http[] connections)
        {
            foreach (var connection in connections) connection.Rest();
        }

        public bool Wake() => _admission.Idle.Wake(_connection);

        public void Rest() => _admission.Idle.Rest(_connection);

        public void End() => _admission.Idle.End(_connection);

        public void RequestClose() => IsClosed = true;
    }
}
