namespace DeltaStream.Actors.Tests.Views;

/// <summary>
/// What a client makes of deltas is the reduced document, token for token: over random documents, views and schedules. A failure
/// prints its seed and the shortest schedule that still fails.
/// </summary>
public sealed class TokenForTokenSpecs
{
    private const int InEveryRun = 20_000;
    private const int InFull = 1_000_000;

    [Fact]
    public void Each_client_has_the_reduced_document_token_for_token_after_each_event() => Run(0, InEveryRun);

    [Fact]
    [Trait("Category", "Full")]
    public void Each_client_has_the_reduced_document_in_a_million_schedules() => Run(InEveryRun, InFull);

    private static void Run(int first, int count)
    {
        for (var seed = first; seed < first + count; seed++)
        {
            var steps = ViewSchedule.StepsOf(seed);
            if (Try(seed, steps) is not null) Assert.Fail(Shortest(seed, steps));
        }
    }

    private static string Shortest(int seed, IReadOnlyList<ViewSchedule.Step> steps)
    {
        for (var i = 0; i < steps.Count;)
        {
            ViewSchedule.Step[] fewer = [.. steps.Take(i), .. steps.Skip(i + 1)];
            if (Try(seed, fewer) is null)
            {
                i++;
                continue;
            }

            steps = fewer;
            i = 0;
        }

        return $"seed {seed}, {steps.Count} steps: {string.Join(", ", steps.Select(it => $"{it.Kind} {it.Who}"))}\n{Try(seed, steps)}";
    }

    private static string? Try(int seed, IReadOnlyList<ViewSchedule.Step> steps)
    {
        try
        {
            return ViewSchedule.Run(seed, steps);
        }
        catch (Exception failure)
        {
            // An exception is a failure like any other, and is made as short.
            return failure.ToString();
        }
    }
}
