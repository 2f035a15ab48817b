using System.Net;
using Garnet.server;

namespace DeltaStream.Demo.Embedded;

/// <summary>Garnet's settings: small, quiet, in memory, with the commands that the gateway needs.</summary>
internal static class EmbeddedRedisOptions
{
    public static GarnetServerOptions Create(int port) => new()
    {
        EndPoints = [new IPEndPoint(IPAddress.Loopback, port)],
        QuietMode = true,

        // The gateway holds some hundred keys of up to a megabyte for a minute: 16 MB of log are enough. The defaults would take
        // gigabytes.
        LogMemorySize = "16m",
        PageSize = "1m",
        IndexMemorySize = "1m",
        EnableStorageTier = false,

        // One page of the pub-sub log must hold a 100 KB chain.
        PubSubPageSize = "2m",

        // Garnet deletes expired keys by itself, so that memory stays small while no client reads.
        ExpiredKeyDeletionScanFrequencySecs = 10,

        // The lease, the epoch and the fenced cache write are scripts over hashes and sorted sets. Each script is one transaction.
        // Garnet stops a script that does not end, because it would block all clients.
        DisableObjects = false,
        EnableLua = true,
        LuaTransactionMode = true,
        LuaOptions = new LuaOptions(LuaMemoryManagementMode.Native, string.Empty, TimeSpan.FromSeconds(2), LuaLoggingMode.Silent, []),
    };
}
