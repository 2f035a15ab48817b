using Akka.Actor;
using DeltaStream.Actors.Market;
using DeltaStream.Simulator.Loop;
using DeltaStream.Simulator.Promises;
using DeltaStream.Simulator.Twins;

namespace DeltaStream.Simulator.World;

/// <summary>
/// A cluster of real nodes with its Redis, its producers and its clients, all in virtual time. It lives in rounds: faults, then
/// healing, then calm, in which every client must have the newest values.
/// </summary>
internal sealed class SimWorld
{
    private static readonly TimeSpan Healing = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(8);

    private bool _isSettled;

    public SimWorld(SimOptions options)
    {
        Seed = options.Seed;
        Loop = new SimLoop(options.Seed);
        Trace = new SimTrace(Loop, options.Trace);
        Draws = new Random((options.Seed * 31) + 1);
        Moods = new Random((options.Seed * 31) + 2);
        var traits = new Random((options.Seed * 31) + 3);
        Machines = [.. Enumerable.Range(0, traits.Next(4) == 0 ? 2 : 3).Select(_ => new Machine(1 + ((traits.NextDouble() - 0.5) * 0.0004), Throughput(traits)))];
        Redis = new RedisTwin(Loop);
        Network = new Network(Loop, Draws);
        Observer = new Observer(this);
        Producers = new Producers(this);
        Membership = new Membership(this);
        Rooms = RoomsOf(Producers.Keys);
        Clients = [.. Enumerable.Range(0, 3 + traits.Next(5)).Select(number => new SimClient(this, number) { IsThere = !options.WithoutClients.Contains(number) })];
        Schedule = Schedule.Draw(options, Machines.Count);
    }

    public int Seed { get; }

    public SimLoop Loop { get; }

    public SimTrace Trace { get; }

    public SimSettings Settings { get; } = new();

    /// <summary>The numbers behind latencies and choices of twins.</summary>
    public Random Draws { get; }

    /// <summary>The numbers behind what clients do.</summary>
    public Random Moods { get; }

    public IReadOnlyList<Machine> Machines { get; }

    public RedisTwin Redis { get; }

    public Network Network { get; }

    public Observer Observer { get; }

    public Producers Producers { get; }

    public Membership Membership { get; }

    public Schedule Schedule { get; }

    public IReadOnlyList<Room> Rooms { get; }

    public IReadOnlyList<SimClient> Clients { get; }

    public IEnumerable<SimNode> Running => Machines.Select(machine => machine.Node).OfType<SimNode>();

    public SimNode? NodeAt(Address address) => Running.FirstOrDefault(node => node.Address == address);

    /// <summary>Runs the whole length; the result is the broken promise, or null.</summary>
    public BrokenPromise? Run()
    {
        for (var machine = 0; machine < Machines.Count; machine++) Membership.Start(machine);
        Loop.RunUntil(TimeSpan.FromSeconds(1));
        Producers.Start();
        foreach (var client in Clients) client.Connect();
        NextMood();
        foreach (var round in Schedule.Rounds)
        {
            foreach (var fault in round.Faults) Loop.At(fault.At, () => Begin(fault));
            Loop.RunUntil(round.Ends + Healing - Settling);
            // Nobody changes its mind now, so that what was left is gone in calm.
            _isSettled = true;
            Loop.RunUntil(round.Ends + Healing);
            Calm();
            _isSettled = false;
            if (Loop.IsOver) break;
        }

        foreach (var node in Running.ToArray()) node.Die();
        return Loop.Escaped is { } escaped ? new(Promise.OneThread, escaped) : Observer.Broken;
    }

    /// <summary>An actor that clients are connected to is gone.</summary>
    public void TellClientsOfDeath(SimNode node)
    {
        foreach (var client in Clients)
            Loop.After(TimeSpan.FromMilliseconds(Moods.Next(300)), () => client.NodeDied(node));
    }

    private void Calm()
    {
        Trace.Write("world", "calm");
        Producers.IsSilent = true;
        foreach (var client in Clients) client.Socket?.ReadAgain();
        Loop.RunUntil(Loop.Now + TimeSpan.FromSeconds(2));
        Producers.PublishAll();
        Loop.RunUntil(Loop.Now + TimeSpan.FromSeconds(1.2));
        if (!Loop.IsOver) Observer.CheckAtRest();
        Producers.IsSilent = false;
    }

    private void Begin(Fault fault)
    {
        Trace.Write("FAULT", fault.ToString());
        var end = fault.Kind.Begin(this, fault);
        if (end is null) return;
        Loop.After(fault.Length, () =>
        {
            Trace.Write("FAULT", $"{fault.Number,3}: is over");
            end();
        });
    }

    private void NextMood() => Loop.After(TimeSpan.FromMilliseconds(100 + Moods.Next(3000)), () =>
    {
        var client = Clients[Moods.Next(Clients.Count)];
        if (!_isSettled) client.ChangeMind();
        NextMood();
    });

    private static int Throughput(Random traits) => traits.Next(3) switch { 0 => 1, 1 => 5, _ => 30 };

    private static List<Room> RoomsOf(IEnumerable<ConflationKey> keys) =>
        [.. keys.SelectMany(key => MarketEvent.All.Where(it => it.Kind == key.Kind).SelectMany(it => it.RoomsOf(key))).Distinct()];
}
