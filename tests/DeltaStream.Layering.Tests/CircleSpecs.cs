using System.Reflection;

namespace DeltaStream.Layering.Tests;

/// <summary>No namespace refers to one that leads back to it.</summary>
public sealed class CircleSpecs
{
    // Still there. A line that no longer lies on a circle fails the specs: it goes.
    private static readonly (string From, string To)[] Known =
    [
        ("DeltaStream.Actors.Cache", "DeltaStream.Actors.Clients"),
        ("DeltaStream.Actors.Sessions", "DeltaStream.Actors.Clients"),
    ];

    private static readonly NamespaceGraph Graph = NamespaceGraph.Of(
        Assembly.Load("DeltaStream.SocketIO"), Assembly.Load("DeltaStream.Actors"), Assembly.Load("DeltaStream.Demo"), Assembly.Load("DeltaStream.Node"));

    [Fact]
    public void The_graph_shows_what_is_compiled()
    {
        Assert.Contains(Graph.Edges.Keys, edge => edge == ("DeltaStream.Actors.Cache", "DeltaStream.Actors.Market"));
        Assert.Contains(Graph.Edges.Keys, edge => edge == ("DeltaStream.Node", "DeltaStream.Node.Operations"));
        Assert.InRange(Graph.Edges.Count, 50, 500);
    }

    [Fact]
    public void A_circle_is_found_over_several_namespaces()
    {
        (string, string)[] edges = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")];
        Assert.Equal(edges[..3], NamespaceGraph.Circles(edges));
        Assert.Empty(NamespaceGraph.Circles(edges[1..]));
    }

    [Fact]
    public void Namespaces_form_no_circles()
    {
        var circles = NamespaceGraph.Circles(Graph.Edges.Keys.Except(Known));
        Assert.True(circles.Count == 0, string.Join('\n', circles.Order().Select(edge => $"{edge.From} -> {edge.To}: {string.Join(", ", Graph.Edges[edge])}")));
    }

    [Fact]
    public void Every_listed_circle_still_exists() =>
        Assert.Empty(Known.Except(NamespaceGraph.Circles(Graph.Edges.Keys)).Select(edge => $"{edge.From} -> {edge.To} is on no circle any more"));
}
