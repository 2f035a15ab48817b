using DeltaStream.Actors.Market;
using DeltaStream.Simulator.World;

namespace DeltaStream.Simulator.Twins;

/// <summary>
/// A node's way to Redis: requests, answers, and a connection that may be lost or silent. A request that is given up still reaches the
/// server, and its late answer is dropped.
/// </summary>
internal sealed class RedisLine(SimNode node, RedisTwin redis, Random random)
{
    /// <summary>deltastream.redis.command-timeout.</summary>
    public static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan RenewEvery = TimeSpan.FromMilliseconds(500);

    private readonly List<Action<string>> _pending = [];
    private int _life = redis.Life;
    private TimeSpan _renewAt;

    /// <summary>Requests and messages to the server.</summary>
    public Line Up { get; } = new(node.World.Loop, random);

    /// <summary>Answers of the server.</summary>
    public Line Down { get; } = new(node.World.Loop, random);

    /// <summary>The server's process has ended, or the connection was reset.</summary>
    public void ConnectionLost(string reason)
    {
        Up.Break();
        Down.Break();
        var pending = _pending.ToArray();
        _pending.Clear();
        foreach (var fail in pending) fail(reason);
    }

    /// <summary>Runs a request.</summary>
    /// <exception cref="FeedUnavailableException">Redis is away, does not answer in time, or refuses the command.</exception>
    public ValueTask<T> RunAsync<T>(Func<T> atServer, CancellationToken cancellation)
    {
        if (!IsConnected()) return ValueTask.FromException<T>(new FeedUnavailableException("no connection to Redis"));
        // Without asynchronous continuations, so that answers are handled on the loop.
        var answered = new TaskCompletionSource<T>();
        ITimer? timeout = null;
        CancellationTokenRegistration registration = default;
        timeout = node.Clock.CreateTimer(_ => Fail("Redis did not answer in time"), null, CommandTimeout, Timeout.InfiniteTimeSpan);
        registration = cancellation.Register(() =>
        {
            End();
            answered.TrySetCanceled(cancellation);
        });
        _pending.Add(Fail);
        var life = _life;
        Up.Send(() => redis.Handle(() =>
        {
            if (life != redis.Life || !redis.IsUp) return;
            if (redis.Lag > TimeSpan.Zero) node.World.Loop.After(redis.Lag, Serve);
            else Serve();
        }));
        return new ValueTask<T>(answered.Task);

        void Serve()
        {
            if (life != redis.Life || !redis.IsUp) return;
            try
            {
                var answer = atServer();
                Down.Send(() => node.Lane.Do(() =>
                {
                    End();
                    answered.TrySetResult(answer);
                }));
            }
            catch (FeedUnavailableException refusal)
            {
                Down.Send(() => node.Lane.Do(() => Fail(refusal.Message)));
            }
        }

        void Fail(string reason)
        {
            End();
            answered.TrySetException(new FeedUnavailableException(reason));
        }

        void End()
        {
            timeout?.Dispose();
            registration.Unregister();
            _pending.Remove(Fail);
        }
    }

    /// <summary>After a loss a new connection is tried every half second; until then commands fail at once.</summary>
    private bool IsConnected()
    {
        if (_life == redis.Life && redis.IsUp) return true;
        var now = node.World.Loop.Now;
        if (now < _renewAt) return false;
        _renewAt = now + RenewEvery;
        if (!redis.IsUp || redis.IsFrozen || Up.IsHeld || Down.IsHeld) return false;
        _life = redis.Life;
        return true;
    }
}
