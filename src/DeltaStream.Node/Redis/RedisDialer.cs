using System.Globalization;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Settings;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// Finds the primary and connects to it. All of the node's links come from here, so that they lead to the same primary: when one
/// of them finds another, the others are told to move.
/// </summary>
/// <param name="settings">The timeouts.</param>
/// <param name="url">The address of Redis.</param>
/// <param name="login">Checks the login of each connection.</param>
internal sealed class RedisDialer(RedisSettings settings, RedisUrl url, RedisLoginCheck login)
{
    /// <summary>The client name of a link for a subscription.</summary>
    public const string FeedName = "deltastream-feed";

    private const string ClusterAddress = "cluster";

    private readonly Lock _lock = new();
    private readonly SentinelQuery _sentinels = new(url, settings.CommandTimeout);
    private CancellationTokenSource _moves = new();
    private string? _primary;
    private volatile bool _isCluster;

    /// <summary>Whether a link that does not answer may mean that another server is the primary now.</summary>
    public bool HasOthers => !url.IsOneServer || _isCluster;

    /// <summary>The one server, if it can be asked without TLS why it refuses connections.</summary>
    public RedisHost? Probed => url.IsOneServer && !url.Tls ? url.Hosts[0] : null;

    /// <summary>The longest time for one command.</summary>
    public TimeSpan Timeout => settings.CommandTimeout;

    /// <summary>Connects to the primary, or to the cluster, and checks the login.</summary>
    /// <param name="clientName">The name in Redis's list of clients.</param>
    /// <param name="stop">Ends the attempt.</param>
    /// <exception cref="FeedUnavailableException">There is no primary, or the login was refused. The message is one line for logs.</exception>
    public async Task<RedisLink> DialAsync(string clientName, CancellationToken stop)
    {
        var link = url.Service is not null ? await DialServiceAsync(clientName, stop)
            : _isCluster ? await DialClusterAsync(clientName, stop)
            : await DialServersAsync(clientName, stop);
        lock (_lock)
        {
            if (_primary is not null && _primary != link.Address) MoveAll();
            _primary = link.Address;
            link.Moved = _moves.Token;
        }

        return link;
    }

    /// <summary>Tells the other links to move although the address is the same: another server answers there.</summary>
    public void MoveOthers(RedisLink link)
    {
        lock (_lock)
        {
            MoveAll();
            link.Moved = _moves.Token;
        }
    }

    private void MoveAll()
    {
        var moves = _moves;
        _moves = new CancellationTokenSource();
        // Not here: the callbacks dial again.
        _ = moves.CancelAsync();
    }

    /// <summary>
    /// Connects to the server that the Sentinels name. A primary that has died may take the whole timeout to say nothing, so while it
    /// does the Sentinels are asked again, and the attempt is abandoned when they name another.
    /// </summary>
    private async Task<RedisLink> DialServiceAsync(string clientName, CancellationToken stop)
    {
        var primary = await _sentinels.AskAsync(stop);
        while (true)
        {
            using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var opening = OpenPrimaryAsync(primary, clientName, abandoned.Token);
            if (await _sentinels.OtherAsync(primary, opening, stop) is not { } other) return await opening;
            await abandoned.CancelAsync();
            _ = DisposeAsync(opening);
            primary = other;
        }
    }

    private async Task<RedisLink> OpenPrimaryAsync(RedisHost primary, string clientName, CancellationToken stop)
    {
        var link = await OpenAsync(primary, clientName, stop);
        if (!link.IsReplica) return link;
        await link.DisposeAsync();
        var text = $"the Sentinels name {primary} as the primary of '{url.Service}', but it is a replica";
        throw new FeedUnavailableException(text, new NoPrimaryException(text));
    }

    private async Task<RedisLink> DialServersAsync(string clientName, CancellationToken stop)
    {
        var link = url.Hosts.Count == 1 ? await OpenAsync(url.Hosts[0], clientName, stop) : await ChooseAsync(clientName, stop);
        if (!link.IsCluster) return link;
        await link.DisposeAsync();
        var dialed = await DialClusterAsync(clientName, stop);
        _isCluster = true;
        return dialed;
    }

    private Task<RedisLink> DialClusterAsync(string clientName, CancellationToken stop)
    {
        if (url.Database != 0) throw new FeedUnavailableException($"a Redis Cluster has only database 0, and REDIS_URL names {url.Database}");
        var options = RedisOptions.ForServers(url, url.Hosts.Select(host => host.EndPoint), isCluster: true, settings.CommandTimeout, clientName);
        return OpenAsync(options, ClusterAddress, stop);
    }

    /// <summary>Asks every server for its role, and keeps the link to the primary.</summary>
    private async Task<RedisLink> ChooseAsync(string clientName, CancellationToken stop)
    {
        var asked = url.Hosts.Select(host => TryAsync(host, clientName, stop)).ToArray();
        RedisLink? chosen = null;
        try
        {
            var answers = await Answers.GatherAsync(asked, answer => answer.Link is { IsReplica: false });
            var primaries = answers.Select(answer => answer.Link).OfType<RedisLink>().Where(link => !link.IsReplica).ToArray();
            chosen = primaries.Length < 2 || primaries[0].IsCluster
                ? primaries.FirstOrDefault()
                : primaries[PrimaryChoice.Choose(await Task.WhenAll(primaries.Select(CountAsync)), _primary)];
            return chosen ?? throw NoPrimary(answers);
        }
        finally
        {
            foreach (var attempt in asked) _ = DisposeAsync(attempt, except: chosen);
        }
    }

    private static FeedUnavailableException NoPrimary(IReadOnlyList<Attempt> answers)
    {
        var text = "no primary answers: " + string.Join("; ", answers.Select(answer => answer.Error ?? $"{answer.Host} is a replica"));
        return new FeedUnavailableException(text, answers.Any(answer => answer.Link is not null) ? new NoPrimaryException(text) : null);
    }

    private async Task<Attempt> TryAsync(RedisHost host, string clientName, CancellationToken stop)
    {
        try
        {
            return new Attempt(host, await OpenAsync(host, clientName, stop), null);
        }
        catch (FeedUnavailableException e)
        {
            return new Attempt(host, null, $"{host}: {e.Message}");
        }
    }

    private async Task<Primary> CountAsync(RedisLink link)
    {
        try
        {
            var answer = await link.Servers.First().ExecuteAsync("INFO", "replication").WaitAsync(settings.CommandTimeout);
            var count = answer.ToString().Split("\r\n").FirstOrDefault(line => line.StartsWith("connected_slaves:", StringComparison.Ordinal))?.Split(':')[1];
            return new Primary(link.Address, int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var replicas) ? replicas : 0);
        }
        catch (Exception e) when (RedisConnection.IsFailure(e) || e is InvalidOperationException)
        {
            return new Primary(link.Address, -1);
        }
    }

    private Task<RedisLink> OpenAsync(RedisHost host, string clientName, CancellationToken stop) =>
        OpenAsync(RedisOptions.ForServers(url, [host.EndPoint], isCluster: false, settings.CommandTimeout, clientName), host.ToString(), stop);

    private async Task<RedisLink> OpenAsync(ConfigurationOptions options, string address, CancellationToken stop)
    {
        RedisLink? link = null;
        try
        {
            link = await RedisLink.OpenAsync(options.ClientName == FeedName ? options.Patient() : options, address, stop);
            await login.CheckAsync(link, url, settings.CommandTimeout, stop);
            return link;
        }
        catch (Exception e)
        {
            if (link is not null) await link.DisposeAsync();
            if (RedisConnection.Unauthorized(e) is { } refusal) throw login.Refused(url, refusal);
            if (RedisConnection.IsFailure(e)) throw new FeedUnavailableException(RedisConnection.Describe(e), e);
            throw;
        }
    }

    private static async Task DisposeAsync(Task<RedisLink> abandoned)
    {
        await ((Task)abandoned).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (abandoned.IsCompletedSuccessfully) await abandoned.Result.DisposeAsync();
    }

    private static async Task DisposeAsync(Task<Attempt> attempt, RedisLink? except)
    {
        await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (attempt.IsCompletedSuccessfully && attempt.Result.Link is { } link && link != except) await link.DisposeAsync();
    }

    private readonly record struct Attempt(RedisHost Host, RedisLink? Link, string? Error);
}

/// <summary>Servers answer, but all of them are replicas.</summary>
internal sealed class NoPrimaryException(string message) : Exception(message);
