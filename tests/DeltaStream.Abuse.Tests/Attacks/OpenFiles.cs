using System.Runtime.InteropServices;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>How many files, sockets among them, this process and the node may each have open.</summary>
internal static partial class OpenFiles
{
    private const int NumberOfFiles = 7;

    public static int Limit => GetLimit(NumberOfFiles, out var limit) == 0 ? (int)Math.Min(limit.Current, 1_000_000) : 1024;

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out ResourceLimit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public ulong Current;
        public ulong Most;
    }
}
