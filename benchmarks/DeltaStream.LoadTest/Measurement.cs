namespace DeltaStream.LoadTest;

/// <summary>The result of one run of one server.</summary>
/// <param name="Published">Messages published in the measured time.</param>
/// <param name="Delivered">Messages that clients received in that time.</param>
/// <param name="DeliveredPerSecond">Messages that clients received a second.</param>
/// <param name="CpuMicroseconds">The server process's user and system time for each delivered message.</param>
/// <param name="ServerCores">The server's CPU, in cores.</param>
/// <param name="ClientCores">The load client's own CPU, in cores.</param>
/// <param name="ResidentBytes">The server's memory at the end.</param>
/// <param name="P50">Median from publish to receipt, in milliseconds.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="WireBytes">Bytes received for each delivered message, frame headers and smaller messages included.</param>
/// <param name="Closed">Clients that the server closed.</param>
internal sealed record Measurement(
    long Published, long Delivered, double DeliveredPerSecond, double CpuMicroseconds, double ServerCores, double ClientCores,
    long ResidentBytes, double P50, double P99, double WireBytes, int Closed)
{
    public static double Percentile(List<int> sorted, double share) =>
        sorted.Count == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Count - 1, share * sorted.Count)] / 1000.0;
}
