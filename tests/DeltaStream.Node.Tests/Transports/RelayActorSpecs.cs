using System.Text;
using Akka.Actor;
using Akka.Remote;
using Akka.TestKit.Xunit2;
using DeltaStream.Node.Tests.Timing;
using DeltaStream.Node.Transports.Relay;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>A node's end of the relay; the spec is another node that asks, and the owner of the sessions.</summary>
public sealed class RelayActorSpecs : TestKit, IRelayOwner
{
    private const string Cluster = """
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        """;

    private readonly RecordedLog<SessionRelay> _log = new();
    private readonly FakeTimeProvider _time = new();
    private readonly SessionRelay _relay;
    private readonly IActorRef _actor;
    private readonly TaskCompletionSource<byte[]> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (RelayKind Kind, byte[] Question, CancellationToken Aborted)? _asked;

    public RelayActorSpecs() : base(Cluster)
    {
        _relay = new SessionRelay(log: _log, time: _time) { Owner = this };
        _actor = Sys.ActorOf(Props.Create(() => new RelayActor(_relay)));
    }

    [Fact]
    public void A_request_in_parts_is_joined_and_its_answer_follows_the_receipt()
    {
        Tell(7, RelayKind.Request, "one,", isLast: false);
        Tell(8, RelayKind.FindSession, "another one in between", isLast: false);
        Tell(7, RelayKind.Request, "two", isLast: true);
        Assert.Equal((7, RelayKind.Accepted), Next());
        AwaitAssert(() => Assert.NotNull(_asked));
        Assert.Equal((RelayKind.Request, "one,two"), (_asked!.Value.Kind, Encoding.UTF8.GetString(_asked.Value.Question)));
        _answer.SetResult("answer"u8.ToArray());
        var answer = ExpectMsg<RelayPart>();
        Assert.Equal((7L, RelayKind.Answer, true, "answer"), (answer.Id, answer.Kind, answer.IsLast, Encoding.UTF8.GetString(answer.Bytes.Span)));
    }

    [Fact]
    public void An_answer_that_does_not_fit_into_one_frame_comes_in_parts()
    {
        Tell(7, RelayKind.Move, "sid", isLast: true);
        Assert.Equal((7, RelayKind.Accepted), Next());
        var bytes = new byte[1_200_000];
        Random.Shared.NextBytes(bytes);
        _answer.SetResult(bytes);
        var whole = new List<byte>();
        RelayPart part;
        do
        {
            part = ExpectMsg<RelayPart>();
            whole.AddRange(part.Bytes.Span);
        }
        while (!part.IsLast);
        Assert.True(whole.SequenceEqual(bytes));
    }

    [Fact]
    public void A_question_that_can_not_be_answered_is_answered_with_nothing_and_logged()
    {
        Tell(7, RelayKind.Request, "no question", isLast: true);
        Assert.Equal((7, RelayKind.Accepted), Next());
        _answer.SetException(new EndOfStreamException());
        Assert.Empty(ExpectMsg<RelayPart>().Bytes.ToArray());
        var line = Assert.Single(_log.Lines);
        Assert.Equal("relay_answer_failed", line.Event);
        Assert.IsType<EndOfStreamException>(line.Exception);
    }

    [Theory]
    [InlineData(nameof(RelayKind.Move), 30)]
    [InlineData(nameof(RelayKind.Request), 120)]
    public async Task A_question_whose_answer_is_lost_is_given_up(string name, int seconds)
    {
        var kind = Enum.Parse<RelayKind>(name);
        _relay.Start(Sys);
        var asked = _relay.AskAsync(Akka.Cluster.Cluster.Get(Sys).SelfAddress, kind, "sid"u8.ToArray());
        await AwaitAssertAsync(() => Assert.NotNull(_asked));
        // Behind the word that the question has arrived; the time for that is shorter.
        await Sys.ActorSelection($"/user/{SessionRelay.ActorName}").Ask<ActorIdentity>(new Identify(null));
        var passed = 0;
        await Eventually.True(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            passed++;
            return asked.IsCompleted;
        }, "the question is given up");
        Assert.InRange(passed, seconds, seconds + 10);
        Assert.Null(await asked);
    }

    [Fact]
    public void Only_the_node_that_asked_can_abort_its_request()
    {
        Tell(7, RelayKind.Request, "poll", isLast: true);
        Assert.Equal((7, RelayKind.Accepted), Next());
        Tell(8, RelayKind.Abort, "", isLast: true);
        Tell(9, RelayKind.Answer, "to what nobody asked", isLast: true);
        // That it has arrived is said before its owner is asked.
        AwaitAssert(() => Assert.NotNull(_asked));
        Assert.False(_asked!.Value.Aborted.IsCancellationRequested);
        Tell(7, RelayKind.Abort, "", isLast: true);
        AwaitAssert(() => Assert.True(_asked.Value.Aborted.IsCancellationRequested));
    }

    [Fact]
    public async Task A_question_is_over_when_the_connection_to_its_owner_breaks()
    {
        _relay.Start(Sys);
        var self = Akka.Cluster.Cluster.Get(Sys).SelfAddress;
        var asked = _relay.AskAsync(self, RelayKind.Request, "poll"u8.ToArray());
        AwaitAssert(() => Assert.NotNull(_asked));
        // What is said of other nodes is nothing to it.
        _relay.OnGone(self.WithPort(1));
        Assert.False(asked.IsCompleted);
        Sys.EventStream.Publish(new DisassociatedEvent(self, self, inbound: false));
        Assert.Null(await asked);
    }

    [Fact]
    public async Task An_aborted_request_still_returns_its_answer()
    {
        _relay.Start(Sys);
        using var gone = new CancellationTokenSource();
        var asked = _relay.RequestAsync(Akka.Cluster.Cluster.Get(Sys).SelfAddress, "poll"u8.ToArray(), gone.Token);
        AwaitAssert(() => Assert.NotNull(_asked));
        await gone.CancelAsync();
        AwaitAssert(() => Assert.True(_asked!.Value.Aborted.IsCancellationRequested));
        _answer.SetResult("answer"u8.ToArray());
        Assert.Equal("answer", Encoding.UTF8.GetString((await asked)!));
    }

    [Theory]
    [InlineData("p", 9)]
    [InlineData("p", 0)]
    [InlineData("q", 20)]
    public void Bytes_that_are_not_a_part_fail_with_a_serialization_error(string manifest, int length)
    {
        var serializer = new RelaySerializer((ExtendedActorSystem)Sys);
        Assert.Throws<System.Runtime.Serialization.SerializationException>(() => serializer.FromBinary(new byte[length], manifest));
    }

    Task<byte[]> IRelayOwner.AnswerAsync(RelayKind kind, byte[] question, CancellationToken aborted)
    {
        _asked = (kind, question, aborted);
        return _answer.Task;
    }

    private void Tell(long id, RelayKind kind, string bytes, bool isLast) =>
        _actor.Tell(new RelayPart(id, kind, isLast, Encoding.UTF8.GetBytes(bytes)), TestActor);

    private (long Id, RelayKind Kind) Next()
    {
        var part = ExpectMsg<RelayPart>();
        return (part.Id, part.Kind);
    }
}
