using System.Runtime.InteropServices;

namespace DeltaStream.LoadTest.Load;

/// <summary>
/// Linux epoll: one thread reads thousands of sockets with one system call each, so that the load client needs less CPU than
/// the server that it measures.
/// </summary>
internal static unsafe partial class Epoll
{
    public const uint In = 1, HangUp = 0x10, Error = 8;
    private const int AddSocket = 1, RemoveSocket = 2, DontWait = 0x40;

    /// <summary>The kernel's <c>struct epoll_event</c>, which is packed on x64.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    public struct Event
    {
        public uint Events;
        public int Token;
        private readonly int _padding;
    }

    public static int Create() => Check(epoll_create1(0), "epoll_create1");

    public static void Add(int epoll, int socket, int token)
    {
        var e = new Event { Events = In, Token = token };
        Check(epoll_ctl(epoll, AddSocket, socket, &e), "epoll_ctl");
    }

    public static void Remove(int epoll, int socket) => _ = epoll_ctl(epoll, RemoveSocket, socket, null);

    public static int Wait(int epoll, Span<Event> events, int milliseconds)
    {
        fixed (Event* first = events)
            return Math.Max(0, epoll_wait(epoll, first, events.Length, milliseconds));
    }

    /// <summary>Returns the number of bytes read; 0 at the end of the stream, below 0 if there is no data or an error.</summary>
    public static int Receive(int socket, Span<byte> buffer)
    {
        fixed (byte* first = buffer)
            return (int)recv(socket, first, (nuint)buffer.Length, DontWait);
    }

    public static void Send(int socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
            _ = send(socket, first, (nuint)bytes.Length, DontWait);
    }

    private static int Check(int result, string what) =>
        result >= 0 ? result : throw new IOException($"{what} failed: {Marshal.GetLastPInvokeError()}");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int socket, Event* e);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int epoll, Event* events, int count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int socket, byte* buffer, nuint length, int flags);
}
