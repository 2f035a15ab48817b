using System.Globalization;

namespace DeltaStream.Simulator.World;

/// <summary>One fault: what happens, when, to which machines, and for how long.</summary>
/// <param name="Number">Its place in the seed's schedule, by which it can be left out.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="At">When it begins.</param>
/// <param name="Length">How long it lasts.</param>
/// <param name="One">A machine.</param>
/// <param name="Other">Another machine.</param>
internal sealed record Fault(int Number, FaultKind Kind, TimeSpan At, TimeSpan Length, int One, int Other)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Number,3}: at {At.TotalSeconds:0.0} s for {Length.TotalSeconds:0.0} s: {Kind.Tell(this)}");
}
