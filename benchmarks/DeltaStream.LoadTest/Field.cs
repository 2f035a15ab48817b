using DeltaStream.LoadTest.Servers;

namespace DeltaStream.LoadTest;

/// <summary>All servers of a comparison. They run at the same time.</summary>
internal sealed class Field : IAsyncDisposable
{
    private Field(IReadOnlyList<(Contender Contender, Bench Bench)> benches) => Benches = benches;

    public IReadOnlyList<(Contender Contender, Bench Bench)> Benches { get; }

    /// <summary>Starts the servers and connects the scenario's clients.</summary>
    /// <param name="warmUp">True: loads each server for the scenario's warm-up, one after the other.</param>
    public static async Task<Field> StartAsync(Options options, bool warmUp)
    {
        var scenario = options.Scenario;
        var benches = new List<(Contender, Bench)>();
        foreach (var contender in options.Contenders)
        {
            var bench = await Bench.StartAsync(contender, scenario);
            benches.Add((contender, bench));
            await bench.ConnectAsync(contender, bench.Swarm, scenario.Clients, scenario.Chain ? contender.SubscribeToChain : []);
            if (warmUp) await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.WarmUpSeconds));
        }

        return new(benches);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, bench) in Benches) await bench.DisposeAsync();
    }
}
