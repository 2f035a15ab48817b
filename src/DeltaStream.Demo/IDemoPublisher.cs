using DeltaStream.Demo.Simulation;

namespace DeltaStream.Demo;

/// <summary>How the demo feed reaches Redis: the host gives it the connection that it has anyway.</summary>
public interface IDemoPublisher
{
    /// <summary>Publishes one message to its channel; fails when Redis cannot be reached, which the feed outlives.</summary>
    Task PublishAsync(DemoMessage message, CancellationToken cancellation);
}
