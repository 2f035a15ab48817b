using System.Text;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Simulator.World;

namespace DeltaStream.Simulator.Tests.Honesty;

/// <summary>The simulation's Redis, with one node that has no actors of the gateway.</summary>
internal sealed class TwinRedis : RedisUnderTest
{
    private readonly SimWorld _world = new(new SimOptions { Kinds = [] });
    private readonly SimNode _node;

    public TwinRedis() => _node = _world.Machines[0].Node = new SimNode(_world, 0, 1);

    public override ILeaseStore Lease => _node.Ports;

    public override ILatestStore Latest => _node.Ports;

    public override ISessionStore Sessions => _node.Ports;

    public override IFeed Feed => _node.Feed;

    public override long Now => _node.RedisClock.UnixMicroseconds();

    public override void Until(Func<bool> condition, string what)
    {
        for (var end = _world.Loop.Now + TimeSpan.FromMinutes(2); !condition(); _world.Loop.RunUntil(_world.Loop.Now + TimeSpan.FromMilliseconds(5)))
            if (_world.Loop.Now > end || _world.Loop.IsOver) throw new TimeoutException($"not within two virtual minutes: {what} {_world.Loop.Escaped}");
    }

    public override void Publish(string channel, string payload) => _world.Redis.Publish(channel, Encoding.UTF8.GetBytes(payload));

    public override void Flush() => _world.Redis.Flush();

    public override void RefuseWrites(bool on) => _world.Redis.RefusesWrites = on;

    public override void Freeze() => _world.Redis.Freeze();

    public override void Thaw() => _world.Redis.Thaw();

    public override void Stop()
    {
        _world.Redis.Stop();
        _node.Lane.Do(() => _node.RedisLine.ConnectionLost("no connection to Redis (SocketClosed)"));
    }

    public override void StartEmpty() => _world.Redis.Start(isEmpty: true);

    public override void Dispose() => _node.Die();
}
