using System.Globalization;

namespace DeltaStream.Actors.Tests.Model;

/// <summary>A schedule: how the world begins, and the steps that it takes.</summary>
internal sealed record ModelSchedule(int Seed, bool Moves, IReadOnlyList<(int Op, int Argument)> Steps)
{
    private static readonly double[] Weights = [3, 6, 6, 6, 6, 3, 2, 3, 1, 1.2, 2, 1.5, 2, 1, 0.5, 0.3, 0.15, 0.4, 3, 0.05];

    /// <summary>Random, the same for each number.</summary>
    public static ModelSchedule Random(int number, bool moves)
    {
        var random = new Random(number);
        var weights = Weights.Select(weight => weight * random.Next(6) switch { 0 => 0.1, 1 => 3, 2 => 0.4, _ => 1 }).ToArray();
        if (random.Next(4) > 0) weights[16] = 0;
        if (moves) weights[17] *= 2;
        var sum = weights.Sum();
        var steps = new (int, int)[20 + random.Next(200)];
        for (var i = 0; i < steps.Length; i++)
        {
            var (at, op) = (random.NextDouble() * sum, 0);
            while (op < weights.Length - 1 && at >= weights[op]) at -= weights[op++];
            steps[i] = (op, random.Next());
        }

        return new(random.Next(), moves, steps);
    }

    /// <summary>Reads back what <see cref="ToString"/> writes.</summary>
    public static ModelSchedule Parse(string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new(
            int.Parse(parts[1], CultureInfo.InvariantCulture), parts[0] == "moves",
            [.. parts.Skip(2).Select(step => step.Split('.')).Select(step => (int.Parse(step[0], CultureInfo.InvariantCulture), int.Parse(step[1], CultureInfo.InvariantCulture)))]);
    }

    /// <summary>The broken promise; null if none is broken.</summary>
    public ModelBroken? Run(out ModelWorld? world, Action<string>? trace = null)
    {
        world = null;
        try
        {
            world = new(Seed, Moves, trace);
            foreach (var (op, argument) in Steps) world.Step(op, argument);
            world.Finish();
            return null;
        }
        catch (ModelBroken broken)
        {
            return broken;
        }
    }

    /// <summary>The same with as few steps as break the same promise, and small arguments.</summary>
    public ModelSchedule Shrink()
    {
        var (shrunk, kind) = (this, Run(out _)!.Kind);
        for (var size = Math.Max(1, Steps.Count / 2); ; size = Math.Max(1, size / 2))
        {
            var isCut = false;
            for (var from = 0; from < shrunk.Steps.Count;)
            {
                var next = shrunk with { Steps = [.. shrunk.Steps.Take(from), .. shrunk.Steps.Skip(from + size)] };
                if (next.Run(out _)?.Kind != kind) from += size;
                else (shrunk, isCut) = (next, true);
            }

            if (size == 1 && !isCut) break;
        }

        for (var i = 0; i < shrunk.Steps.Count; i++)
            foreach (var modulus in new[] { 1, 10, 100, 1_000 })
            {
                var (op, argument) = shrunk.Steps[i];
                var steps = shrunk.Steps.ToArray();
                steps[i] = (op, argument % modulus);
                var next = shrunk with { Steps = steps };
                if (argument < modulus || next.Run(out _)?.Kind != kind) continue;
                shrunk = next;
                break;
            }

        return shrunk;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{(Moves ? "moves" : "stays")} {Seed} {string.Join(' ', Steps.Select(step => $"{step.Op}.{step.Argument}"))}");
}
