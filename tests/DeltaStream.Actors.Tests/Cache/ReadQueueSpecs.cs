using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Cache;

public class ReadQueueSpecs
{
    private static readonly ConflationKey A = ConflationKey.Underlying("A");
    private static readonly ConflationKey B = ConflationKey.Underlying("B");
    private readonly ReadQueue _queue = new();

    [Fact]
    public void Concurrent_requests_for_a_key_share_one_read()
    {
        var tickets = Enumerable.Range(0, 100).Select(_ => _queue.Enqueue(A)).Distinct();
        var ticket = Assert.Single(tickets);
        Assert.Equal([A], _queue.Take(10, 1));
        Assert.False(_queue.IsDone(ticket));
        _queue.Completed();
        Assert.True(_queue.IsDone(ticket));
        Assert.Null(_queue.Take(10, 1));
    }

    [Fact]
    public void A_request_during_a_read_of_its_key_gets_a_new_read()
    {
        var first = _queue.Enqueue(A);
        _queue.Take(10, 1);
        var second = _queue.Enqueue(A);
        _queue.Completed();
        Assert.True(_queue.IsDone(first));
        Assert.False(_queue.IsDone(second));
        Assert.Equal([A], _queue.Take(10, 1));
        _queue.Completed();
        Assert.True(_queue.IsDone(second));
    }

    [Fact]
    public void One_batch_is_read_at_a_time_and_no_batch_exceeds_the_limit()
    {
        for (var i = 0; i < 25; i++) _queue.Enqueue(ConflationKey.Underlying($"P{i}"));
        Assert.Equal(10, _queue.Take(10, 1)!.Count);
        Assert.Null(_queue.Take(10, 1));
        _queue.Completed();
        for (var i = 0; i < 15; i++) _queue.Enqueue(ConflationKey.Chain("C", $"2026-11-{i + 10}"));
        Assert.Equal(10, _queue.Take(10, 1)!.Count);
        _queue.Completed();
        // Five prices, then one chain that counts for ten.
        Assert.Equal(6, _queue.Take(10, 10)!.Count);
    }

    [Fact]
    public void Keys_whose_read_failed_are_read_first_next_time()
    {
        var first = _queue.Enqueue(A);
        _queue.Take(1, 1);
        var second = _queue.Enqueue(B);
        _queue.Failed();
        Assert.False(_queue.IsDone(first));
        Assert.Equal([A, B], _queue.Take(10, 1));
        _queue.Completed();
        Assert.True(_queue.IsDone(first));
        Assert.True(_queue.IsDone(second));
    }
}
