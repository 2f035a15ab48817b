using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Sessions;

namespace DeltaStream.Simulator.Tests.Honesty;

/// <summary>A Redis with the stores and the feed of one node: the simulation's twin, or a real server.</summary>
internal abstract class RedisUnderTest : IDisposable
{
    public abstract ILeaseStore Lease { get; }

    public abstract ILatestStore Latest { get; }

    public abstract ISessionStore Sessions { get; }

    public abstract IFeed Feed { get; }

    /// <summary>The server's time as the node knows it, in microseconds since the Unix epoch.</summary>
    public abstract long Now { get; }

    /// <summary>False for a server that can't be made to refuse writes.</summary>
    public virtual bool CanRefuse => true;

    /// <summary>False for a server that can't be frozen.</summary>
    public virtual bool CanFreeze => true;

    /// <summary>Waits for an answer.</summary>
    public T Get<T>(ValueTask<T> answer)
    {
        var task = answer.AsTask();
        Until(() => task.IsCompleted, "the answer");
        return task.GetAwaiter().GetResult();
    }

    public void Do(ValueTask request)
    {
        var task = request.AsTask();
        Until(() => task.IsCompleted, "the answer");
        task.GetAwaiter().GetResult();
    }

    /// <summary>Lets time pass until a condition holds.</summary>
    public abstract void Until(Func<bool> condition, string what);

    public abstract void Publish(string channel, string payload);

    public abstract void Flush();

    public abstract void RefuseWrites(bool on);

    public abstract void Freeze();

    public abstract void Thaw();

    /// <summary>The server's process ends.</summary>
    public abstract void Stop();

    /// <summary>It starts again with nothing in it.</summary>
    public abstract void StartEmpty();

    public abstract void Dispose();
}
