namespace DeltaStream.Simulator.World;

/// <summary>The faults of a seed, in rounds.</summary>
internal sealed record Schedule(IReadOnlyList<Round> Rounds)
{
    private static readonly TimeSpan Beginning = TimeSpan.FromSeconds(6);

    // Healing and calm.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(24);

    public IEnumerable<Fault> Faults => Rounds.SelectMany(round => round.Faults);

    public static Schedule Draw(SimOptions options, int machines)
    {
        var random = new Random((options.Seed * 31) + 4);
        var kinds = FaultKind.All.Where(kind => options.Kinds?.Contains(kind.Name) ?? true).ToArray();
        var (rounds, at, number) = (new List<Round>(), Beginning, 0);
        while (at + Rest < options.Length || rounds.Count == 0)
        {
            var ends = at + TimeSpan.FromSeconds(5 + (random.NextDouble() * 30));
            var faults = new List<Fault>();
            for (var left = kinds.Length == 0 ? 0 : 1 + random.Next(6); left > 0; left--)
            {
                var kind = kinds[random.Next(kinds.Length)];
                var begins = at + (random.NextDouble() * (ends - at));
                // Most are short, and two often come close together.
                if (faults.Count > 0 && random.Next(3) == 0) begins = faults[^1].At + TimeSpan.FromMilliseconds(random.Next(3000));
                var length = TimeSpan.FromSeconds(Math.Min(kind.Longest, 0.05 + (Math.Pow(random.NextDouble(), 2) * kind.Longest)));
                var one = random.Next(machines);
                var fault = new Fault(++number, kind, Round(begins), Round(length), one, (one + 1 + random.Next(Math.Max(1, machines - 1))) % machines);
                if (fault.At + fault.Length > ends) ends = fault.At + fault.Length;
                faults.Add(fault);
            }

            // Only now, so that leaving one out changes none of the others.
            rounds.Add(new Round([.. faults.Where(fault => options.Keep?.Contains(fault.Number) ?? true)], ends));
            at = ends + Rest;
        }

        return new Schedule(rounds);
    }

    private static TimeSpan Round(TimeSpan span) => TimeSpan.FromMilliseconds(Math.Round(span.TotalMilliseconds));
}

/// <summary>Faults, and when the last of them is over.</summary>
internal sealed record Round(IReadOnlyList<Fault> Faults, TimeSpan Ends);
