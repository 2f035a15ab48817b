using DeltaStream.Node.Transports.Engine;

namespace DeltaStream.Node.Tests.Transports;

public sealed class PollingQueueSpecs
{
    private readonly PollingQueue _queue = new();

    [Theory]
    [InlineData(256, 10, true)]
    [InlineData(257, 10, false)]
    [InlineData(63, 1000, true)]
    [InlineData(66, 1000, false)]
    public void The_number_of_waiting_protocol_frames_is_limited(int count, int size, bool areTaken)
    {
        var frame = EngineFixture.Message(new string('x', size));
        Assert.Equal(areTaken, Enumerable.Range(0, count).All(_ => _queue.WriteControl(frame)));
    }

    [Fact]
    public void A_client_that_polls_gets_any_number_of_protocol_frames_although_some_always_wait()
    {
        for (var i = 0; i < 20; i++) _queue.Write([EngineFixture.Message("an update")]);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(_queue.WriteControl(EngineFixture.Message(new string('x', 1000))));
            _queue.Write([EngineFixture.Message("an update")]);
            _queue.Take(2);
            Assert.False(_queue.IsEmpty);
        }
    }
}
