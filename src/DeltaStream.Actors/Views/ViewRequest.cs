namespace DeltaStream.Actors.Views;

/// <summary>What the view fields of a request say. The default value is a request without view fields.</summary>
/// <param name="View">The view; null if there is no view field, or a wrong one.</param>
/// <param name="Have">The versions that the client holds, by expiry in the form of rooms; null if it names none.</param>
/// <param name="Wrong">The name of the wrong field; null if all are right.</param>
/// <param name="Why">What the field must be, as the end of a sentence that begins with its name.</param>
internal readonly record struct ViewRequest(View? View, IReadOnlyDictionary<string, ViewVersion>? Have = null, string? Wrong = null, string? Why = null)
{
    /// <summary>The text of the error <c>invalid_view</c>; null if all fields are right.</summary>
    public string? Error => Wrong is null ? null : $"{Wrong} {Why}";
}
