using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeltaStream.Node.Operators;

/// <summary>Why a request to the operators' API was refused.</summary>
/// <param name="Code">A word that does not change.</param>
/// <param name="Message">A sentence that says what was wrong.</param>
internal sealed record OperatorError(string Code, string Message);

/// <summary>Answers of the operators' API.</summary>
internal static class OperatorAnswer
{
    /// <summary>The form of all requests and answers.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>For reading requests: a misspelt field must not make another act than was meant.</summary>
    public static readonly JsonSerializerOptions Strict = new(Json) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public static IResult Of<T>(T value) => TypedResults.Json(value, Json);

    public static IResult Refuse(int status, string code, string message) => TypedResults.Json(new OperatorError(code, message), Json, statusCode: status);
}
