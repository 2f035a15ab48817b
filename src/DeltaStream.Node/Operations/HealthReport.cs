using System.Text.Json.Serialization;

namespace DeltaStream.Node.Operations;

/// <summary>The answer of <c>/health</c>.</summary>
/// <param name="Status"><c>healthy</c>, or <c>degraded</c> while the feed is not live, the node is not a full member, or there are problems.</param>
/// <param name="Service">The service's name.</param>
/// <param name="Version">The version of the program.</param>
/// <param name="Commit">The commit that the program was built from.</param>
/// <param name="Clients">Connected clients of this node.</param>
/// <param name="Node">The node's address in the cluster.</param>
/// <param name="Members">Full members of the cluster.</param>
/// <param name="Bridge"><c>active</c>, <c>standby</c>, or <c>none</c> if the node runs no bridge.</param>
/// <param name="Feed"><c>live</c>, <c>stale</c> or <c>down</c>.</param>
/// <param name="Draining">Whether the node is draining its clients.</param>
/// <param name="Demo">Whether prices are simulated.</param>
/// <param name="Listener"><c>up</c> or <c>down</c>: this node's own subscription to Redis; <c>none</c> if the node runs no bridge.</param>
/// <param name="Unreachable">Members that can't be reached at the moment.</param>
/// <param name="Problems">Further reasons for <c>degraded</c>, each as the name of the log event that explains it.</param>
/// <param name="ProblemDetails">One line for each of the problems, by its name.</param>
internal sealed record HealthReport(
    string Status, string Service, string Version, string Commit, int Clients, string Node, int Members, string Bridge, string Feed, bool Draining, bool Demo, string Listener,
    int Unreachable, IReadOnlyList<string> Problems,
    [property: JsonPropertyName("problem_details")] IReadOnlyDictionary<string, string> ProblemDetails);
