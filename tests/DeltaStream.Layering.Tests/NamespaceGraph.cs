using Mono.Cecil;
using Assembly = System.Reflection.Assembly;

namespace DeltaStream.Layering.Tests;

/// <summary>
/// Which namespace refers to which, over all projects, as it is compiled: base types, fields, signatures, attributes and what the
/// bodies of methods call. (A constant of another namespace is copied by the compiler and does not show.)
/// </summary>
internal sealed class NamespaceGraph
{
    private const string Own = "DeltaStream";

    private readonly Dictionary<(string From, string To), SortedSet<string>> _edges = [];

    /// <summary>Each reference, with the types that make it.</summary>
    public IReadOnlyDictionary<(string From, string To), SortedSet<string>> Edges => _edges;

    public static NamespaceGraph Of(params Assembly[] assemblies)
    {
        var graph = new NamespaceGraph();
        foreach (var assembly in assemblies)
        {
            using var module = ModuleDefinition.ReadModule(assembly.Location);
            foreach (var type in module.GetTypes()) graph.Read(type);
        }

        return graph;
    }

    /// <summary>The references that lie on a circle: the one leads back to the other.</summary>
    public static List<(string From, string To)> Circles(IEnumerable<(string From, string To)> edges)
    {
        var next = edges.ToLookup(edge => edge.From, edge => edge.To);
        return [.. edges.Where(edge => Reaches(next, edge.To, edge.From))];
    }

    private static bool Reaches(ILookup<string, string> next, string from, string to)
    {
        var seen = new HashSet<string> { from };
        var open = new Stack<string>(seen);
        while (open.TryPop(out var place))
        {
            if (place == to) return true;
            foreach (var other in next[place].Where(seen.Add)) open.Push(other);
        }

        return false;
    }

    private void Read(TypeDefinition type)
    {
        if (IsGenerated(Outermost(type))) return;
        See(type, type.BaseType);
        foreach (var it in type.Interfaces) See(type, it.InterfaceType);
        foreach (var field in type.Fields) See(type, field.FieldType);
        foreach (var parameter in type.GenericParameters) SeeConstraints(type, parameter);
        SeeAttributes(type, type);
        foreach (var property in type.Properties) SeeAttributes(type, property);
        foreach (var field in type.Fields) SeeAttributes(type, field);
        foreach (var method in type.Methods) Read(type, method);
    }

    private void Read(TypeDefinition type, MethodDefinition method)
    {
        SeeMethod(type, method);
        SeeAttributes(type, method);
        foreach (var parameter in method.GenericParameters) SeeConstraints(type, parameter);
        foreach (var parameter in method.Parameters) SeeAttributes(type, parameter);
        if (!method.HasBody) return;
        foreach (var variable in method.Body.Variables) See(type, variable.VariableType);
        foreach (var handler in method.Body.ExceptionHandlers) See(type, handler.CatchType);
        foreach (var instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case MethodReference called:
                    SeeMethod(type, called);
                    break;
                case FieldReference field:
                    See(type, field.DeclaringType);
                    See(type, field.FieldType);
                    break;
                case TypeReference other:
                    See(type, other);
                    break;
            }
        }
    }

    private void SeeMethod(TypeDefinition from, MethodReference method)
    {
        See(from, method.DeclaringType);
        See(from, method.ReturnType);
        foreach (var parameter in method.Parameters) See(from, parameter.ParameterType);
        if (method is GenericInstanceMethod generic) foreach (var argument in generic.GenericArguments) See(from, argument);
    }

    private void SeeAttributes(TypeDefinition from, ICustomAttributeProvider attributed)
    {
        foreach (var attribute in attributed.CustomAttributes)
        {
            See(from, attribute.AttributeType);
            foreach (var argument in attribute.ConstructorArguments) See(from, argument.Value as TypeReference);
        }
    }

    private void SeeConstraints(TypeDefinition from, GenericParameter parameter)
    {
        foreach (var constraint in parameter.Constraints) See(from, constraint.ConstraintType);
    }

    private void See(TypeDefinition from, TypeReference? to)
    {
        switch (to)
        {
            case null or GenericParameter:
                return;
            case GenericInstanceType generic:
                See(from, generic.ElementType);
                foreach (var argument in generic.GenericArguments) See(from, argument);
                return;
            case TypeSpecification specification:
                See(from, specification.ElementType);
                return;
        }

        var (here, there) = (NamespaceOf(Outermost(from)), NamespaceOf(Outermost(to)));
        if (here == there || !there.StartsWith(Own, StringComparison.Ordinal) || IsGenerated(Outermost(to))) return;
        if (!_edges.TryGetValue((here, there), out var witnesses)) _edges[(here, there)] = witnesses = new(StringComparer.Ordinal);
        witnesses.Add($"{Outermost(from).Name} -> {Outermost(to).Name}");
    }

    private static TypeReference Outermost(TypeReference type) => type.DeclaringType is null ? type : Outermost(type.DeclaringType);

    /// <summary>Program.cs has no namespace of its own: it stands at the project's root.</summary>
    private static string NamespaceOf(TypeReference type) => type.Namespace.Length > 0 ? type.Namespace : type.Name == "Program" ? $"{Own}.Node" : "";

    private static bool IsGenerated(TypeReference type) => type.Name.StartsWith('<') || !NamespaceOf(type).StartsWith(Own, StringComparison.Ordinal);
}
