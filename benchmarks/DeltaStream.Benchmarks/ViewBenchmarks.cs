using BenchmarkDotNet.Attributes;
using DeltaStream.Actors.Tests.Views;
using DeltaStream.Actors.Views;

namespace DeltaStream.Benchmarks;

/// <summary>
/// What a chain costs a node that so many different views use: parse and compare once, and a delta for each view. The chain is a real one
/// and moves as docs/benchmarks.md says.
/// </summary>
[MemoryDiagnoser]
public class ViewBenchmarks
{
    private const int Documents = 100;

    private byte[][] _documents = [];
    private ViewBench _bench = new();
    private View[] _views = [];
    private ViewVersion?[] _held = [];
    private int _next;

    /// <summary>The number of views, ten strikes or so around the spot and five columns each.</summary>
    [Params(1, 10, 50)]
    public int Views { get; set; }

    [GlobalSetup]
    public void Start()
    {
        var chain = new MovingChain(0.05, 1);
        _documents = [.. Enumerable.Range(0, Documents).Select(_ =>
        {
            chain.Move();
            return chain.Text();
        })];
        _bench = new();
        _views = [.. Enumerable.Range(0, Views).Select(it => _bench.Use($"{{\"mode\":\"delta\",\"window\":{{\"atm\":[{7 + it % 7},{7 + it / 7}]}},\"preset\":\"quote\",\"format\":\"compact\"}}"))];
        _held = new ViewVersion?[Views];
    }

    [Benchmark]
    public int Update()
    {
        _bench.Publish(_documents[_next++ % Documents]);
        var bytes = 0;
        for (var i = 0; i < _views.Length; i++)
        {
            var made = _bench.Encode(_views[i], _held[i]);
            _held[i] = made.Version;
            bytes += made.Frame?.Bytes.Length ?? 0;
        }

        return bytes;
    }
}
