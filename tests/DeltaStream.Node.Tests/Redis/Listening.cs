using System.Threading.Channels;
using DeltaStream.Actors.Feed;

namespace DeltaStream.Node.Tests.Redis;

/// <summary>A subscription to a feed, with what it delivers and how it ends.</summary>
internal sealed class Listening : IAsyncDisposable
{
    private readonly Channel<FeedMessage> _messages = Channel.CreateUnbounded<FeedMessage>();
    private readonly CancellationTokenSource _stop = new();

    private Listening(IFeed feed, Action<FeedMessage>? receive, TaskCompletionSource subscribed) =>
        Ended = feed.ListenAsync(subscribed.SetResult, receive ?? (message => _messages.Writer.TryWrite(message)), _stop.Token);

    public Task Ended { get; }

    public ChannelReader<FeedMessage> Messages => _messages.Reader;

    /// <summary>Returns when the subscription stands, or fails as it does.</summary>
    public static async Task<Listening> ToAsync(IFeed feed, Action<FeedMessage>? receive = null)
    {
        var subscribed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var listening = new Listening(feed, receive, subscribed);
        await await Task.WhenAny(subscribed.Task, listening.Ended);
        return listening;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
