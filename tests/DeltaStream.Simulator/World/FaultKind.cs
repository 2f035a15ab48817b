using Akka.Actor;
using DeltaStream.Simulator.Twins;

namespace DeltaStream.Simulator.World;

/// <summary>A kind of fault. To add one, add a line to <see cref="All"/>.</summary>
/// <param name="Name">The name in <c>--faults</c>.</param>
/// <param name="Longest">How many seconds it may last.</param>
/// <param name="Tell">Tells what happens, for people.</param>
/// <param name="Begin">Begins it; the result ends it, or is null if nothing remains to be done.</param>
internal sealed record FaultKind(string Name, double Longest, Func<Fault, string> Tell, Func<SimWorld, Fault, Action?> Begin)
{
    public static readonly IReadOnlyList<FaultKind> All =
    [
        new("kill", 8, fault => $"node {At(fault.One)} is killed", (world, fault) => OnNode(world, fault, node =>
        {
            world.Membership.Kill(node);
            return () => world.Membership.Start(fault.One);
        })),
        new("stop", 8, fault => $"node {At(fault.One)} is stopped", (world, fault) => OnNode(world, fault, node =>
        {
            world.Membership.Stop(node);
            return () => StartAgain(world, fault.One);
        })),
        new("pause", 6, fault => $"node {At(fault.One)} is paused", (world, fault) => OnNode(world, fault, node =>
        {
            node.Lane.Pause();
            return node.Lane.Resume;
        })),
        new("mediator", 0, fault => $"the mediator of node {At(fault.One)} restarts", (world, fault) => OnNode(world, fault, node =>
        {
            node.Lane.Do(() => node.Cluster.RealMediator.Tell(new MediatorTwin.Fail(), ActorRefs.NoSender));
            return null;
        })),
        new("cut", 7, fault => $"node {At(fault.One)} and node {At(fault.Other)} can't reach one another", (world, fault) =>
            Hold(fault, world.Network[fault.One, fault.Other], world.Network[fault.Other, fault.One])),
        new("cut-one-way", 7, fault => $"node {At(fault.Other)} hears nothing of node {At(fault.One)}", (world, fault) =>
            Hold(fault, world.Network[fault.One, fault.Other])),
        new("break", 0, fault => $"the connection from node {At(fault.One)} to node {At(fault.Other)} breaks", (world, fault) =>
        {
            world.Network[fault.One, fault.Other].Break();
            return null;
        }),
        new("slow-line", 8, fault => $"messages from node {At(fault.One)} to node {At(fault.Other)} are late", (world, fault) =>
        {
            var line = world.Network[fault.One, fault.Other];
            line.Lag = TimeSpan.FromMilliseconds(50 + (fault.At.Ticks % 700));
            return () => line.Lag = TimeSpan.Zero;
        }),
        new("redis-cut", 8, fault => $"node {At(fault.One)} and Redis can't reach one another", (world, fault) => OnNode(world, fault, node =>
        {
            Line[] lines = [node.RedisLine.Up, node.RedisLine.Down, node.Feed.Down];
            foreach (var line in lines) line.Hold();
            return () =>
            {
                if (IsLost(fault)) LoseRedis(node);
                foreach (var line in lines) line.Release();
            };
        })),
        new("redis-cut-up", 6, fault => $"Redis hears nothing of node {At(fault.One)}", (world, fault) => OnNode(world, fault, node => Hold(fault, node.RedisLine.Up))),
        new("redis-cut-down", 6, fault => $"node {At(fault.One)} hears nothing of Redis", (world, fault) => OnNode(world, fault, node =>
            Hold(fault, node.RedisLine.Down, node.Feed.Down))),
        new("redis-reset", 0, fault => $"node {At(fault.One)} loses its connections to Redis", (world, fault) => OnNode(world, fault, node =>
        {
            LoseRedis(node);
            return null;
        })),
        new("redis-slow", 8, _ => "Redis is slow", (world, fault) =>
        {
            world.Redis.Lag = TimeSpan.FromMilliseconds(20 + (fault.At.Ticks % 900));
            return () => world.Redis.Lag = TimeSpan.Zero;
        }),
        new("redis-frozen", 6, _ => "Redis is frozen", (world, _) =>
        {
            world.Redis.Freeze();
            return world.Redis.Thaw;
        }),
        new("redis-deaf", 6, _ => "Redis takes messages and delivers none", (world, _) =>
        {
            world.Redis.IsDeaf = true;
            return () => world.Redis.IsDeaf = false;
        }),
        new("redis-flushed", 0, _ => "Redis is flushed", (world, _) =>
        {
            world.Redis.Flush();
            return null;
        }),
        new("redis-restart", 5, _ => "Redis restarts with its data", (world, _) => StopRedis(world, isEmpty: false)),
        new("redis-restart-empty", 5, _ => "Redis restarts empty", (world, _) => StopRedis(world, isEmpty: true)),
        new("redis-refuses", 8, _ => "Redis refuses writes", (world, _) =>
        {
            world.Redis.RefusesWrites = true;
            return () => world.Redis.RefusesWrites = false;
        }),
        new("redis-clock", 0, _ => "the clock of Redis jumps", (world, fault) =>
        {
            world.Redis.Shift += TimeSpan.FromMilliseconds((fault.At.Ticks / TimeSpan.TicksPerMillisecond % 6001) - 3000);
            return null;
        }),
        new("node-clock", 0, fault => $"the clock of node {At(fault.One)} jumps", (world, fault) => OnNode(world, fault, node =>
        {
            node.Clock.Shift += TimeSpan.FromMilliseconds((fault.At.Ticks / TimeSpan.TicksPerMillisecond % 60001) - 30000);
            return null;
        })),
        new("cache", 0, fault => $"the cache of node {At(fault.One)} restarts", (world, fault) => OnNode(world, fault, node =>
        {
            node.FailCache();
            return null;
        })),
        new("graph", 0, fault => $"the graph of the bridge of node {At(fault.One)} fails", (world, fault) => OnNode(world, fault, node =>
        {
            node.FailsToPublish = true;
            return null;
        })),
        new("lease-actor", 0, fault => $"the LeaseActor of node {At(fault.One)} fails", (world, fault) => OnNode(world, fault, node =>
        {
            node.FailsToAnswer = true;
            return null;
        })),
        new("invalid", 0, _ => "a producer sends a message that is not valid", (world, _) =>
        {
            world.Producers.PublishInvalid();
            return null;
        }),
        new("burst", 0, _ => "the producers send a burst", (world, _) =>
        {
            for (var i = 0; i < 60; i++) world.Producers.PublishAll();
            return null;
        }),
        new("move", 0, fault => $"client {fault.One} moves to another node", (world, fault) =>
        {
            world.Clients[fault.One % world.Clients.Count].Move();
            return null;
        }),
        new("client-break", 0, fault => $"client {fault.One} loses its connection", (world, fault) =>
        {
            world.Clients[fault.One % world.Clients.Count].Break(TimeSpan.FromMilliseconds(fault.At.Ticks % 2000), endedByClient: false);
            return null;
        }),
        new("client-leaves", 0, fault => $"client {fault.One} leaves and comes back", (world, fault) =>
        {
            world.Clients[fault.One % world.Clients.Count].Break(TimeSpan.Zero, endedByClient: true);
            return null;
        }),
        new("client-stops-reading", 8, fault => $"client {fault.Other} stops reading", (world, fault) =>
        {
            if (world.Clients[fault.Other % world.Clients.Count].Socket is not { } socket) return null;
            socket.StopReading();
            return socket.ReadAgain;
        }),
        new("client-storm", 0, fault => $"client {fault.One} subscribes in a storm", (world, fault) =>
        {
            for (var i = 0; i < 20; i++) world.Clients[fault.One % world.Clients.Count].ChangeMind();
            return null;
        }),
        new("silence", 6, _ => "the producers are silent", (world, _) =>
        {
            world.Producers.IsSilent = true;
            return () => world.Producers.IsSilent = false;
        }),
    ];

    private static char At(int machine) => (char)('a' + machine);

    private static bool IsLost(Fault fault) => fault.At.Ticks / TimeSpan.TicksPerMillisecond % 2 == 0;

    private static Action? OnNode(SimWorld world, Fault fault, Func<SimNode, Action?> begin) =>
        world.Machines[fault.One].Node is { } node ? begin(node) : null;

    private static Action Hold(Fault fault, params Line[] lines)
    {
        foreach (var line in lines) line.Hold();
        return () =>
        {
            foreach (var line in lines)
            {
                if (IsLost(fault)) line.Break();
                line.Release();
            }
        };
    }

    private static void StartAgain(SimWorld world, int machine)
    {
        if (world.Machines[machine].Node is null) world.Membership.Start(machine);
        else if (!world.Machines[machine].Node!.IsOpen) world.Loop.After(TimeSpan.FromSeconds(1), () => StartAgain(world, machine));
    }

    private static void LoseRedis(SimNode node)
    {
        if (!node.IsRunning) return;
        node.World.Redis.Unsubscribe(node.Feed);
        node.Feed.ConnectionLost();
        node.Lane.Do(() => node.RedisLine.ConnectionLost("no connection to Redis (SocketClosed)"));
    }

    private static Action StopRedis(SimWorld world, bool isEmpty)
    {
        if (!world.Redis.IsUp) return static () => { };
        world.Redis.Stop();
        foreach (var node in world.Running) node.Lane.Do(() => node.RedisLine.ConnectionLost("no connection to Redis (SocketClosed)"));
        return () => world.Redis.Start(isEmpty);
    }
}
