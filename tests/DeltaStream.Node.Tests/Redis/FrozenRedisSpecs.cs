using DeltaStream.Actors.Market;
using DeltaStream.Node.Redis;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Redis;

public sealed class FrozenRedisSpecs
{
    [Fact]
    public async Task Commands_work_again_after_a_freeze_in_which_the_client_library_gave_up_the_connection()
    {
        await using var server = await RedisServer.StartAsync();
        var url = new DeltaStream.Node.Settings.RedisUrl("127.0.0.1", server.Port, false, null, null, 0);
        var settings = RedisBackend.Settings with { CommandTimeout = TimeSpan.FromMilliseconds(500) };
        await using var connection = new RedisConnection(RedisBackend.DialerOf(url, settings: settings));
        Assert.True(await WorksAsync());
        server.Pause();
        var frozenUntil = DateTime.UtcNow.AddSeconds(4);
        await Eventually.True(async () => !await WorksAsync() && DateTime.UtcNow > frozenUntil, "commands fail for eight timeouts");
        server.Resume();
        await Eventually.True(WorksAsync, "commands work again");

        async Task<bool> WorksAsync()
        {
            try
            {
                return await connection.RunAsync(db => db.StringSetAsync("here", "1"), default);
            }
            catch (FeedUnavailableException)
            {
                return false;
            }
        }
    }
}
