using System.Text.Json;

namespace DeltaStream.Actors.Tests.Market;

/// <summary>A few messages as the platform really published them.</summary>
public static class RecordedFeed
{
    public static IReadOnlyList<(string Channel, string Message)> Messages { get; } = [.. Read()];

    private static IEnumerable<(string Channel, string Message)> Read()
    {
        using var stream = typeof(RecordedFeed).Assembly.GetManifestResourceStream("recorded-feed.ndjson")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            using var entry = JsonDocument.Parse(line);
            yield return (entry.RootElement.GetProperty("channel").GetString()!, entry.RootElement.GetProperty("message").GetString()!);
        }
    }
}
