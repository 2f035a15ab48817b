using System.Net;
using Garnet.server;

namespace DeltaStream.Demo.Embedded;

/// <summary>How Garnet is set up: small, quiet, in memory, with what the gateway needs of Redis.</summary>
internal static class EmbeddedRedisOptions
{
    public static GarnetServerOptions Create(int port) => new()
    {
        EndPoints = [new IPEndPoint(IPAddress.Loopback, port)],
        QuietMode = true,

        // Some hundred keys of up to a megabyte that live a minute: 16 MB of log is plenty, the defaults would take gigabytes.
        LogMemorySize = "16m",
        PageSize = "1m",
        IndexMemorySize = "1m",
        EnableStorageTier = false,

        // A 100 KB chain in one page of the pub-sub log.
        PubSubPageSize = "2m",

        // Expired keys go without being asked for, so that memory stays small while nobody reads.
        ExpiredKeyDeletionScanFrequencySecs = 10,

        // Lease, epoch and the fenced cache write are scripts over hashes and sorted sets; each script is one
        // transaction, and one that does not end is stopped, since it would stop everybody.
        DisableObjects = false,
        EnableLua = true,
        LuaTransactionMode = true,
        LuaOptions = new LuaOptions(LuaMemoryManagementMode.Native, string.Empty, TimeSpan.FromSeconds(2), LuaLoggingMode.Silent, []),
    };
}
