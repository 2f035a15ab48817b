namespace DeltaStream.TestSupport;

/// <summary>
/// A wall clock that differs from the machine's, for the processes that get its <see cref="Variables"/>. It can be set while they
/// run. Their monotonic clocks and their waits are not touched.
/// </summary>
public sealed class SkewedClock : IDisposable
{
    // Stands before the C library's functions. It reads the difference from the file each time, so that it can change.
    private const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/time.h>
        #include <time.h>

        static const volatile long *ahead;

        __attribute__((constructor)) static void begin(void) {
          const char *name = getenv("SKEWED_CLOCK_FILE");
          int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
          void *at = file < 0 ? MAP_FAILED : mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
          if (at != MAP_FAILED) ahead = at;
        }

        static long seconds(void) { return ahead ? *ahead : 0; }

        int clock_gettime(clockid_t id, struct timespec *out) {
          static int (*real)(clockid_t, struct timespec *);
          if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
          int result = real(id, out);
          if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) out->tv_sec += seconds();
          return result;
        }

        int gettimeofday(struct timeval *out, void *zone) {
          static int (*real)(struct timeval *, void *);
          if (!real) real = dlsym(RTLD_NEXT, "gettimeofday");
          int result = real(out, zone);
          if (result == 0) out->tv_sec += seconds();
          return result;
        }

        time_t time(time_t *out) {
          struct timespec now;
          clock_gettime(CLOCK_REALTIME, &now);
          if (out) *out = now.tv_sec;
          return now.tv_sec;
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("skewed-clock-").FullName;

    private SkewedClock()
    {
    }

    /// <summary>The environment of a process with this clock.</summary>
    public (string Name, string? Value)[] Variables => [("LD_PRELOAD", Path.Combine(_folder, "clock.so")), ("SKEWED_CLOCK_FILE", File)];

    private string File => Path.Combine(_folder, "ahead");

    /// <summary>A clock that is this far ahead of the machine's, in whole seconds; negative: behind.</summary>
    public static async Task<SkewedClock> AheadAsync(TimeSpan by)
    {
        var clock = new SkewedClock();
        clock.Set(by);
        await System.IO.File.WriteAllTextAsync(Path.Combine(clock._folder, "clock.c"), Source);
        var built = await Command.RunAsync(clock._folder, TimeSpan.FromMinutes(1), [], "cc", "-shared", "-fPIC", "-O1", "-o", "clock.so", "clock.c", "-ldl");
        if (built.ExitCode != 0) throw new InvalidOperationException($"the clock was not compiled:\n{built.Output}");
        return clock;
    }

    /// <summary>Sets the clock, also for processes that run.</summary>
    public void Set(TimeSpan ahead)
    {
        using var file = System.IO.File.Open(File, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Write(BitConverter.GetBytes((long)ahead.TotalSeconds));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
