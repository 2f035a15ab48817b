using DeltaStream.LoadTest.Servers;

namespace DeltaStream.LoadTest;

/// <summary>Thousands of products in <c>general</c>: the memory of each client, compared with one product.</summary>
internal static class Products
{
    private const int Rate = 200;

    public static async Task RunAsync(Options options)
    {
        var scenario = options.Scenario;
        foreach (var contender in options.Contenders)
        {
            await using var bench = await Bench.StartAsync(contender, scenario);
            using var metrics = new NodeMetrics(bench.Port, bench.Server.Id);
            await bench.ConnectAsync(contender, bench.Swarm, scenario.Clients);
            await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(scenario.WarmUpSeconds));
            var one = await metrics.CollectedHeapAsync();
            await bench.PublishAsync(scenario with { Products = options.Products }, Rate, TimeSpan.FromSeconds(2.0 * options.Products / Rate));
            await bench.MeasureAsync(scenario.Rate, TimeSpan.FromSeconds(2));
            var many = await metrics.CollectedHeapAsync();
            Console.WriteLine($"{scenario.Clients} clients: {one / 1e6:F1} MB of managed heap with one product, {many / 1e6:F1} MB after {options.Products}, "
                + $"{(many - one) / 1024 / scenario.Clients:F2} KB more a client, including the last-value cache of the node");
        }
    }
}
