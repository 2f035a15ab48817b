using System.Reflection;
using NetArchTest.Rules;

namespace DeltaStream.Layering.Tests;

/// <summary>Which part may know which: what project references don't hold already is held here.</summary>
public class LayeringSpecs
{
    private static readonly Assembly SocketIO = Assembly.Load("DeltaStream.SocketIO");
    private static readonly Assembly Actors = Assembly.Load("DeltaStream.Actors");
    private static readonly Assembly Demo = Assembly.Load("DeltaStream.Demo");
    private static readonly Assembly Node = Assembly.Load("DeltaStream.Node");

    [Fact]
    public void The_protocol_library_refers_to_nothing_but_the_base_class_library() =>
        Assert.All(SocketIO.GetReferencedAssemblies(), reference => Assert.StartsWith("System.", reference.Name));

    [Fact]
    public void Actors_know_neither_ASP_NET_nor_Redis_nor_the_protocol() =>
        Assert.DoesNotContain(Actors.GetReferencedAssemblies(), reference =>
            reference.Name!.StartsWith("Microsoft.AspNetCore") || reference.Name.StartsWith("StackExchange") || reference.Name.StartsWith("DeltaStream"));

    [Fact]
    public void The_demo_knows_no_other_part() =>
        Assert.DoesNotContain(Demo.GetReferencedAssemblies(), reference => reference.Name!.StartsWith("DeltaStream"));

    // namespace, and what it may not depend on
    public static TheoryData<string, string[]> Forbidden => new()
    {
        { "DeltaStream.Actors.Market", ["Akka", "DeltaStream.Actors.Topics", "DeltaStream.Actors.Feed", "DeltaStream.Actors.Cache", "DeltaStream.Actors.Clients"] },
        { "DeltaStream.Actors.Wire", ["Akka", "DeltaStream.Actors.Topics", "DeltaStream.Actors.Feed", "DeltaStream.Actors.Cache", "DeltaStream.Actors.Clients"] },
        { "DeltaStream.Actors.Topics", ["DeltaStream.Actors.Feed", "DeltaStream.Actors.Cache", "DeltaStream.Actors.Clients"] },
        { "DeltaStream.Actors.Feed", ["DeltaStream.Actors.Clients"] },
        { "DeltaStream.Actors.Lease", ["DeltaStream.Actors.Feed", "DeltaStream.Actors.Takeover", "DeltaStream.Actors.Topics", "DeltaStream.Actors.Clients"] },
        { "DeltaStream.Actors.Takeover", ["Akka", "DeltaStream.Actors.Feed", "DeltaStream.Actors.Lease", "DeltaStream.Actors.Clients"] },
        { "DeltaStream.Actors.Telemetry", ["DeltaStream.Actors.Feed", "DeltaStream.Actors.Lease"] },
        { "DeltaStream.Actors.Cache", ["DeltaStream.Actors.Feed"] },
        { "DeltaStream.Actors.Clients", ["DeltaStream.Actors.Feed"] },
        { "DeltaStream.Node.Timing", ["Microsoft.AspNetCore", "DeltaStream.Actors", "DeltaStream.Node.Admission", "DeltaStream.Node.Transports"] },
        { "DeltaStream.Node.Admission", ["DeltaStream.Actors.Clients", "DeltaStream.Node.Authentication", "DeltaStream.Node.Transports", "StackExchange.Redis"] },
        { "DeltaStream.Node.Transports.Connections", ["DeltaStream.Node.Transports.WebSockets", "DeltaStream.Node.Transports.Engine", "DeltaStream.Node.Transports.Plain"] },
        { "DeltaStream.Node.Transports.WebSockets", ["DeltaStream.Node.Transports.DirectSockets", "DeltaStream.Node.Transports.Engine", "DeltaStream.Node.Transports.Plain"] },
        { "DeltaStream.Node.Transports.Engine", ["DeltaStream.Node.Transports.DirectSockets", "DeltaStream.Node.Transports.Relay", "DeltaStream.Node.Transports.Sockets"] },
        { "DeltaStream.Node.Transports", ["DeltaStream.Actors.Feed", "DeltaStream.Actors.Cache", "DeltaStream.Actors.Market", "StackExchange.Redis", "DeltaStream.Demo"] },
    };

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void A_part_does_not_refer_to_these_parts(string part, string[] others)
    {
        var types = Types.InAssembly(part.StartsWith("DeltaStream.Node") ? Node : Actors).That().ResideInNamespace(part);
        Assert.NotEmpty(types.GetTypes());
        Holds(types.ShouldNot().HaveDependencyOnAny(others));
    }

    [Fact]
    public void Redis_types_stay_in_the_nodes_Redis_folder() =>
        Holds(Types.InAssembly(Node).That().DoNotResideInNamespace("DeltaStream.Node.Redis")
            .ShouldNot().HaveDependencyOn("StackExchange.Redis"));

    [Fact]
    public void WebSockets_and_upgraded_streams_stay_in_the_nodes_transports() =>
        Holds(Types.InAssembly(Node).That().DoNotResideInNamespace("DeltaStream.Node.Transports")
            .ShouldNot().HaveDependencyOnAny("System.Net.WebSockets", "Microsoft.AspNetCore.Http.Features.IHttpUpgradeFeature"));

    private static void Holds(ConditionList rule)
    {
        var result = rule.GetResult();
        Assert.True(result.IsSuccessful, "Breaks the rule: " + string.Join(", ", result.FailingTypeNames ?? []));
    }
}
