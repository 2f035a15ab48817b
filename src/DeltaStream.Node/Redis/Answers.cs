namespace DeltaStream.Node.Redis;

/// <summary>Collects the answers of several servers without waiting for the slowest.</summary>
internal static class Answers
{
    // After the first answer, a healthy server answers within this time. A server that hangs is not waited for.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits until all have answered, or for a moment after the first answer that suffices.</summary>
    public static async Task<IReadOnlyList<T>> GatherAsync<T>(IReadOnlyList<Task<T>> asked, Func<T, bool> suffices)
    {
        var waiting = asked.ToList();
        Task? enough = null;
        while (waiting.Count > 0)
        {
            var any = Task.WhenAny(waiting);
            if (enough is not null && await Task.WhenAny(any, enough) == enough) break;
            var answered = await any;
            waiting.Remove(answered);
            if (suffices(await answered)) enough ??= Task.Delay(Grace);
        }

        return [.. asked.Where(task => task.IsCompletedSuccessfully).Select(task => task.Result)];
    }
}
