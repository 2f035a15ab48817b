using DeltaStream.Demo.Simulation;

namespace DeltaStream.Demo;

/// <summary>The demo feed's way to Redis. The host implements it with the connection that it already has.</summary>
public interface IDemoPublisher
{
    /// <summary>Publishes one message to its channel. Throws when Redis can't be reached; the feed catches that and goes on.</summary>
    Task PublishAsync(DemoMessage message, CancellationToken cancellation);
}
