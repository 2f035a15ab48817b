using System.Globalization;
using System.IO.Hashing;
using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Settings;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// One subscription to the platform's channels, for the life of one link. It holds messages back until <see cref="BeginAsync"/>, and
/// delivers them until <see cref="EndAsync"/> or until it is disposed.
/// </summary>
internal sealed class RedisFeedSubscription : IAsyncDisposable
{
    // How long EndAsync waits for messages that are still in flight. From a server that does not answer, none will come.
    private static readonly TimeSpan LongestEnd = TimeSpan.FromMilliseconds(500);

    private readonly RedisLink _link;
    private readonly RedisSettings _settings;
    private readonly FeedChannels _channels;
    private readonly RedisClock _clock;
    private readonly RedisChannel _echoChannel = RedisChannel.Literal(RedisKeys.Echo(Guid.NewGuid().ToString("N")));
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _receiverFailed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _demoted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();
    private readonly EchoWatch _watch;
    private readonly bool _asksRole;

    private ChannelMessageQueue? _feed;
    private ChannelMessageQueue? _echoes;
    private Action<FeedMessage>? _receive;
    private Task _reading = Task.CompletedTask;
    private volatile List<ulong>? _overlap;

    /// <param name="link">The link.</param>
    /// <param name="settings">The intervals and timeouts.</param>
    /// <param name="channels">The platform's channels.</param>
    /// <param name="clock">Stamps receipts.</param>
    /// <param name="asksRole">Whether to leave a server that becomes a replica, because another one can be the primary.</param>
    public RedisFeedSubscription(RedisLink link, RedisSettings settings, FeedChannels channels, RedisClock clock, bool asksRole)
    {
        (_link, _settings, _channels, _clock, _asksRole) = (link, settings, channels, clock, asksRole);
        _watch = new EchoWatch(settings.EchoTimeout);
        link.Failed += OnFailed;
    }

    public bool IsLost => _lost.Task.IsCompleted || _receiverFailed.Task.IsCompleted;

    /// <summary>Subscribes; returns when the subscription has heard itself.</summary>
    public async Task SubscribeAsync(CancellationToken stop)
    {
        // Redis delivers a message twice if it matches a literal and a pattern, so this subscription has only the pattern.
        _feed = await _link.Subscriber.SubscribeAsync(RedisChannel.Pattern(_channels.Pattern)).WaitAsync(_settings.CommandTimeout, stop);
        _echoes = await _link.Subscriber.SubscribeAsync(_echoChannel).WaitAsync(_settings.CommandTimeout, stop);
        // The client library may report the subscription before the server has made it. The echo proves it.
        await HearOwnEchoAsync(_link, _settings.CommandTimeout, stop);
        // This may be another Redis than before, with another clock.
        await RedisTime.AskAsync(_link.Database, _clock).WaitAsync(_settings.CommandTimeout, stop);
        // A connection that broke before the handler was in place raises no event, so its state is checked once.
        if (_link.IsLost) throw new FeedUnavailableException("connection to Redis lost");
    }

    /// <summary>Begins to deliver. What a former subscription has delivered already is left out.</summary>
    public async Task BeginAsync(IReadOnlyList<ulong> delivered, Action<FeedMessage> receive, CancellationToken stop)
    {
        _receive = receive;
        if (delivered.Count > 0)
        {
            // Once this echo is heard, everything that the former subscription can have delivered has come here too.
            await HearOwnEchoAsync(_link, _settings.CommandTimeout, stop);
            var held = new List<ChannelMessage>();
            while (_feed!.TryRead(out var message)) held.Add(message);
            foreach (var message in held.Skip(FeedOverlap.Length(delivered, [.. held.Select(Hash)]))) Deliver(message);
        }

        _reading = ReadFeedAsync();
    }

    /// <summary>From now on the subscription remembers what it delivers, for the subscription that replaces it.</summary>
    public void BeginOverlap() => _overlap = [];

    /// <summary>
    /// Delivers what has been published until now, and ends. Returns hashes of what it has delivered since <see
    /// cref="BeginOverlap"/>.
    /// </summary>
    /// <param name="other">The link of the subscription that replaces this one, because this one's own link may not answer.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<IReadOnlyList<ulong>> EndAsync(RedisLink other, CancellationToken stop)
    {
        try
        {
            if (!IsLost) await HearOwnEchoAsync(other, LongestEnd, stop);
        }
        catch (Exception e) when (RedisConnection.IsFailure(e) || e is FeedUnavailableException)
        {
            // This subscription is deaf, so it receives nothing more.
        }

        await _ended.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _overlap ?? [];
    }

    /// <summary>Returns when there is another primary, or when this server is a primary no more.</summary>
    /// <exception cref="FeedUnavailableException">The connection was lost, or the subscription is deaf.</exception>
    public async Task WatchAsync(CancellationToken stop)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var move = _link.Moved.Register(() => moved.TrySetResult());
        var watch = WatchEchoesAsync(ends.Token);
        try
        {
            await await Task.WhenAny(watch, _lost.Task, _receiverFailed.Task, moved.Task, _demoted.Task);
        }
        finally
        {
            await ends.CancelAsync();
            await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _link.Failed -= OnFailed;
        await _ended.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _link.DisposeAsync();
    }

    private void OnFailed(System.Net.EndPoint? server, string reason)
    {
        // In a cluster only the node of the subscription matters.
        var own = _link.Subscriber.SubscribedEndpoint(RedisChannel.Pattern(_channels.Pattern));
        if (_link.IsCluster && own is not null && !own.Equals(server)) return;
        _lost.TrySetException(new FeedUnavailableException($"connection to Redis lost ({reason})"));
    }

    private async Task ReadFeedAsync()
    {
        try
        {
            // The client library's queue is unbounded, so this loop empties it as fast as messages arrive.
            while (!_ended.IsCancellationRequested) Deliver(await _feed!.ReadAsync(_ended.Token));
        }
        catch (OperationCanceledException)
        {
            while (_feed!.TryRead(out var message)) Deliver(message);
        }
        catch (System.Threading.Channels.ChannelClosedException closed)
        {
            _lost.TrySetException(new FeedUnavailableException("connection to Redis lost", closed));
        }
    }

    private void Deliver(ChannelMessage message)
    {
        try
        {
            _receive!(new FeedMessage(_channels.FromRedis(message.Channel.ToString()), (ReadOnlyMemory<byte>)message.Message, _clock.UnixMicroseconds()));
        }
        catch (Exception defect)
        {
            _receiverFailed.TrySetException(defect);
            throw;
        }

        _overlap?.Add(Hash(message));
    }

    private async Task WatchEchoesAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_settings.EchoInterval, _clock);
        var role = Task.CompletedTask;
        do
        {
            // Not awaited: the answer of a frozen server comes when it goes on.
            if (_asksRole && role.IsCompleted) role = AskRoleAsync();
            var now = _clock.Elapsed();
            while (_echoes!.TryRead(out var echo))
                if (long.TryParse(echo.Message.ToString(), CultureInfo.InvariantCulture, out var number)) _watch.Hear(number, now);
            if (_watch.IsDeaf(now)) throw new FeedUnavailableException($"the subscription has delivered nothing for {_settings.EchoTimeout.TotalSeconds:0.#} s");
            await SendEchoAsync(_link, _watch.Send(now));
        }
        while (await timer.WaitForNextTickAsync(stop));
    }

    /// <summary>
    /// A replica that takes writes answers every command and delivers the echo, so nothing else shows that the platform publishes
    /// elsewhere.
    /// </summary>
    private async Task AskRoleAsync()
    {
        if (await _link.IsDemotedAsync()) _demoted.TrySetResult();
    }

    /// <summary>Publishes an echo on a link, and waits until this subscription has heard it.</summary>
    private async Task HearOwnEchoAsync(RedisLink link, TimeSpan timeout, CancellationToken stop)
    {
        var echo = Guid.NewGuid().ToString("N");
        await SendEchoAsync(link, echo).WaitAsync(timeout, stop);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var heard = ReadUntilAsync(echo, ends.Token);
        try
        {
            await await Task.WhenAny(heard, _lost.Task).WaitAsync(timeout, _clock, stop);
        }
        finally
        {
            await ends.CancelAsync();
            await heard.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadUntilAsync(string echo, CancellationToken stop)
    {
        while ((await _echoes!.ReadAsync(stop)).Message != echo) { }
    }

    /// <summary>In a cluster an echo takes the way of the platform's messages: it is published at another node than it is heard.</summary>
    private async Task SendEchoAsync(RedisLink link, RedisValue echo)
    {
        var own = link.IsCluster ? link.Subscriber.SubscribedEndpoint(_echoChannel) : null;
        var other = own is null ? null : link.Servers.FirstOrDefault(server => !server.EndPoint.Equals(own));
        if (other is null) await link.Subscriber.PublishAsync(_echoChannel, echo, CommandFlags.FireAndForget);
        else await other.ExecuteAsync("PUBLISH", [_echoChannel, echo], CommandFlags.FireAndForget);
    }

    private static ulong Hash(ChannelMessage message) =>
        XxHash3.HashToUInt64(((ReadOnlyMemory<byte>)message.Message).Span, (long)XxHash3.HashToUInt64(System.Text.Encoding.UTF8.GetBytes(message.Channel.ToString())));
}
