using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Lease;

namespace DeltaStream.Simulator.World;

/// <summary>
/// The lives of nodes: how they start, join, leave and die, and when other nodes learn of it. The times are those of Akka's failure
/// detector and split-brain resolver with the settings of a node.
/// </summary>
internal sealed class Membership(SimWorld world)
{
    // A killed node counts as unreachable after some 5 s, and is downed when nothing has changed for another 7 s.
    private static readonly TimeSpan UnreachableAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DownedAfter = TimeSpan.FromSeconds(12.5);
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(2);

    private readonly HashSet<SimNode> _gone = [];

    public void Start(int machine)
    {
        var at = world.Machines[machine];
        if (at.Node is not null) return;
        var node = at.Node = new SimNode(world, machine, ++at.Lives);
        world.Trace.Write(node.Name, "starts");
        node.Start();
        // Akka removes the former life of a node before it lets the new one in.
        foreach (var former in _gone.Where(former => former.Machine == machine).ToArray()) Remove(former);
        After(400, 800, () => Join(node));
    }

    /// <summary>The process ends without a word.</summary>
    public void Kill(SimNode node)
    {
        if (!node.IsRunning) return;
        world.Trace.Write(node.Name, "is killed");
        End(node);
        world.Loop.After(UnreachableAfter, () =>
        {
            foreach (var other in world.Running) if (_gone.Contains(node)) other.Cluster.Unreachable(node);
        });
        world.Loop.After(DownedAfter, () => Remove(node));
    }

    /// <summary>The node stops as the host stops it: it hands the lease on, drains its clients and leaves the cluster.</summary>
    public void Stop(SimNode node)
    {
        if (!node.IsRunning || !node.IsOpen) return;
        world.Trace.Write(node.Name, "stops");
        node.IsOpen = false;
        node.Lane.Do(() => node.Bridge.Tell(new HandOver(), new Twins.CallbackRef(node, _ => { })));
        var clients = world.Clients.Where(client => client.Socket?.Node == node).ToArray();
        for (var i = 0; i < clients.Length; i++)
        {
            var client = clients[i];
            world.Loop.After(Drain * (i + 1) / (clients.Length + 1), () => node.Lane.Do(() =>
            {
                if (client.Socket is { } socket && socket.Node == node) socket.CloseByServer(CloseReason.ServerDraining);
            }));
        }

        world.Loop.After(Drain + TimeSpan.FromMilliseconds(300), () => node.Lane.Do(() =>
        {
            foreach (var other in world.Running.ToArray()) Learn(other, () => other.Cluster.Leaving(node));
            After(700, 600, () =>
            {
                if (!node.IsRunning) return;
                End(node);
                Remove(node);
            });
        }));
    }

    private void Join(SimNode node)
    {
        if (!node.IsRunning) return;
        if (_gone.Count > 0)
        {
            // Akka lets nobody in while a member is unreachable.
            After(500, 100, () => Join(node));
            return;
        }

        world.Trace.Write(node.Name, "joins");
        node.IsMember = true;
        foreach (var other in world.Running.ToArray())
        {
            if (!other.IsMember && other != node) continue;
            Learn(node, () => node.Cluster.Joined(other));
            if (other != node) Learn(other, () => other.Cluster.Joined(node));
        }
    }

    private void End(SimNode node)
    {
        node.Die();
        world.Machines[node.Machine].Node = null;
        _gone.Add(node);
        for (var machine = 0; machine < world.Machines.Count; machine++)
        {
            world.Network[node.Machine, machine].Break();
            world.Network[machine, node.Machine].Break();
        }

        world.TellClientsOfDeath(node);
    }

    private void Remove(SimNode node)
    {
        if (!_gone.Remove(node)) return;
        world.Trace.Write(node.Name, "is no member any more");
        foreach (var other in world.Running.ToArray()) Learn(other, () => other.Cluster.Removed(node));
    }

    // The nodes learn of a change one after the other.
    private void Learn(SimNode node, Action change) => After(0, 700, () => node.Lane.Do(change));

    private void After(int least, int spread, Action action) =>
        world.Loop.After(TimeSpan.FromMilliseconds(least + world.Draws.Next(spread + 1)), action);
}
