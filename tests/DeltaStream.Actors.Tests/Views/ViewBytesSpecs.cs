using System.Text;

using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Views;

/// <summary>How many bytes views save, on a real chain that moves. docs/benchmarks.md has the figures that these specs print.</summary>
public sealed class ViewBytesSpecs(ITestOutputHelper output)
{
    private const int Ticks = 150;
    private const string AllFields = "\"fields\":[\"symbol\",\"product\",\"expiry\",\"option_type\",\"bid\",\"ask\",\"last\",\"volume\",\"open_interest\",\"iv\",\"timestamp\"],\"format\":\"compact\"";
    private const string Screen = "\"strikes\":10,\"preset\":\"quote\",\"format\":\"compact\"";

    [Theory]
    [InlineData("rows", 0.05, 45, "")]
    [InlineData("compact with all fields", 0.05, 72, AllFields)]
    [InlineData("compact with 5 fields and 10 strikes", 0.05, 150, Screen)]
    [InlineData("rows", 0.20, 15, "")]
    public void Deltas_are_so_many_times_smaller_than_whole_documents(string name, double probability, double times, string fields)
    {
        var (chain, bench) = (new MovingChain(probability, 1), new ViewBench());
        var view = bench.Use($"{{\"mode\":\"delta\"{(fields.Length > 0 ? "," : "")}{fields}}}");
        bench.Publish(chain.Text());
        var version = bench.Encode(view, null).Version;
        long whole = 0, sent = 0;
        for (var i = 0; i < Ticks; i++)
        {
            chain.Move();
            var document = chain.Text();
            bench.Publish(document);
            var made = bench.Encode(view, version);
            version = made.Version;
            whole += Whole(document);
            sent += made.Frame!.Bytes.Length;
        }

        output.WriteLine($"{name}, {probability:P0} of the quotes a tick: {whole / Ticks} bytes whole, {sent / Ticks} as deltas, {(double)whole / sent:F1} times fewer");
        Assert.True((double)whole / sent >= times, $"{whole / Ticks} bytes whole, {sent / Ticks} as deltas: {(double)whole / sent:F1} times, not {times}");
    }

    [Fact]
    public void Columns_and_a_window_help_where_every_quote_changes_at_every_tick()
    {
        var bench = new ViewBench();
        var view = bench.Use("{\"mode\":\"delta\",\"strikes\":5,\"preset\":\"greeks\",\"format\":\"compact\"}");
        bench.Publish(ChainSamples.Recorded[0]);
        var version = bench.Encode(view, null).Version;
        long whole = 0, sent = 0;
        foreach (var document in ChainSamples.Recorded.Skip(1))
        {
            bench.Publish(document);
            var made = bench.Encode(view, version);
            version = made.Version;
            whole += Whole(Encoding.UTF8.GetBytes(System.Text.Json.Nodes.JsonNode.Parse(document)!.ToJsonString()));
            sent += made.Frame!.Bytes.Length;
        }

        var ticks = ChainSamples.Recorded.Count - 1;
        output.WriteLine($"recorded feed, 5 strikes and 6 fields compact: {whole / ticks} bytes whole, {sent / ticks} as sent, {(double)whole / sent:F1} times fewer");
        Assert.True((double)whole / sent >= 7.8, $"{whole / ticks} bytes whole, {sent / ticks} as sent: {(double)whole / sent:F1} times");
    }

    /// <summary>The screen of a trader: 20 products that tick twice a second, and the chain five times.</summary>
    [Theory]
    [InlineData("10 strikes and 5 columns in rows", "\"strikes\":10,\"preset\":\"quote\"", 2, 13)]
    [InlineData("one column compact, products once a second", "\"fields\":[\"last\"],\"format\":\"compact\"", 1, 6)]
    public void The_screen_of_a_trader_fits_into_few_kilobytes_a_second(string name, string fields, int productsPerSecond, double kilobytes)
    {
        const int Seconds = 60;
        var (chain, bench) = (new MovingChain(0.05, 1), new ViewBench());
        var view = bench.Use($"{{\"mode\":\"delta\",{fields}}}");
        bench.Publish(chain.Text());
        var version = bench.Encode(view, null).Version;
        var product = ViewBench.PlainText.Instance.EncodeEvent("underlying_update", Encoding.UTF8.GetBytes(new string('x', 150))).Bytes.Length;
        long sent = (long)Seconds * 20 * productsPerSecond * product;
        for (var i = 0; i < Seconds * 5; i++)
        {
            chain.Move();
            bench.Publish(chain.Text());
            var made = bench.Encode(view, version);
            version = made.Version;
            sent += made.Frame!.Bytes.Length;
        }

        var perSecond = sent / 1000.0 / Seconds;
        output.WriteLine($"{name}: {perSecond:F1} KB a second");
        Assert.True(perSecond <= kilobytes, $"{perSecond:F1} KB a second");
    }

    private static long Whole(byte[] document) => ViewBench.PlainText.Instance.EncodeEvent("chain_update", document).Bytes.Length;
}
