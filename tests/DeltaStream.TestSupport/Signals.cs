using System.Runtime.InteropServices;

namespace DeltaStream.TestSupport;

/// <summary>POSIX signals to a process that the test started.</summary>
internal static partial class Signals
{
    public const int Int = 2;
    public const int Kill = 9;
    public const int Term = 15;
    public const int Cont = 18;
    public const int Stop = 19;

    public static void Send(int pid, int signal)
    {
        if (SendSignal(pid, signal) != 0) throw new InvalidOperationException($"signal {signal} to process {pid} failed");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
