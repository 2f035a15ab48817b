using System.Text;

namespace DeltaStream.Conformance.Tests;

public sealed class PollingSpecs(CalmHost host) : ConformanceSpecs(host)
{
    [Theory]
    [InlineData("4hello")]
    [InlineData("4")]
    [InlineData("4größe € 😀")]
    [InlineData("bAQIDBA==")]
    [InlineData("4a\x1e" + "bAQI=\x1e" + "4b")]
    public async Task An_echo_of_a_post_comes_with_the_next_poll(string body)
    {
        var session = await PollingSession.Open(Host);
        (await session.Post(body)).Is(200, "ok");
        (await session.Poll()).Is(200, body);
    }

    [Fact]
    public async Task A_post_is_ok_only_when_the_replies_to_all_its_packets_are_queued()
    {
        for (var round = 0; round < 30; round++)
        {
            var session = await PollingSession.Open(Host);
            var body = string.Join('\x1e', Enumerable.Range(0, 15).Select(i => $"4message {round} {i}"));
            (await session.Post(body)).Is(200, "ok");
            (await session.Poll()).Is(200, body);
        }
    }

    [Fact]
    public async Task The_replies_to_a_connect_and_an_event_of_one_post_arrive_together()
    {
        var session = await PollingSession.Open(Host, Paths.Sockets);
        (await session.Post("40\x1e" + """42["message",1]""" + "\x1e" + """420["message-with-ack",2]""")).Is(200, "ok");
        var packets = (await session.Poll()).Packets;
        Assert.StartsWith("40{", packets[0]);
        Assert.Equal(["""42["auth",{}]""", """42["message-back",1]""", "430[2]"], packets[1..]);
    }

    [Fact]
    public async Task A_waiting_poll_is_answered_by_all_that_one_post_causes()
    {
        var session = await PollingSession.Open(Host);
        for (var round = 0; round < 30; round++)
        {
            var poll = session.Poll();
            var body = string.Join('\x1e', Enumerable.Range(0, 10).Select(i => $"4message {round} {i}"));
            (await session.Post(body)).Is(200, "ok");
            (await poll).Is(200, body);
        }
    }

    [Fact]
    public async Task A_response_is_text_and_must_not_be_stored()
    {
        var session = await PollingSession.Open(Host);
        await session.Post("4x");
        var response = await session.Poll();
        Assert.Equal("text/plain; charset=UTF-8", response.Content.ContentType?.ToString());
        Assert.Equal("no-store", response.Header("Cache-Control"));
    }

    [Fact]
    public async Task A_response_holds_at_most_sixteen_packets()
    {
        var session = await PollingSession.Open(Host);
        var sent = Enumerable.Range(0, 40).Select(i => $"4{i}").ToArray();
        (await session.Post(string.Join('\x1e', sent))).Is(200, "ok");
        var received = new List<string>();
        while (received.Count < sent.Length)
        {
            var packets = (await session.Poll()).Packets;
            Assert.InRange(packets.Length, 1, 16);
            received.AddRange(packets.Where(packet => packet != "2"));
        }
        Assert.Equal(sent, received);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("9")]
    [InlineData("4a\x1e" + "?")]
    [InlineData("4a\x1e")]
    [InlineData("b!!!!")]
    public async Task A_packet_that_cannot_be_read_closes_the_session(string body)
    {
        var session = await PollingSession.Open(Host);
        Assert.Equal(400, (await session.Post(body)).Status);
        Assert.Equal(400, (await session.Poll()).Status);
        Assert.Equal(400, (await session.Post("4x")).Status);
    }

    [Fact]
    public async Task Text_that_is_not_utf8_closes_the_session()
    {
        var session = await PollingSession.Open(Host);
        var response = await Response.Read(Host.Http.PostAsync(Host.Url(session.Query), new ByteArrayContent([(byte)'4', 0xff])));
        Assert.Equal(400, response.Status);
        Assert.Equal(400, (await session.Poll()).Status);
    }

    [Fact]
    public async Task Of_two_polls_at_once_the_first_is_closed_and_the_second_refused()
    {
        var session = await PollingSession.Open(Host);
        var polls = await Task.WhenAll(session.Poll(), session.Poll());
        Assert.Equal(["1"], polls.Where(poll => poll.Status == 200).Select(poll => poll.Body));
        Assert.Single(polls, poll => poll.Status == 400);
        await session.IsClosed();
    }

    [Fact]
    public async Task A_post_while_another_is_under_way_closes_the_session()
    {
        var session = await PollingSession.Open(Host);
        using var slow = await RawConnection.OpenAsync(Host.Port);
        await slow.SendAsync($"POST {session.Query} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nContent-Type: text/plain\r\n\r\n4a");
        // The first is under way once the server answers the second with a refusal; before that both would be fine.
        await Eventually.True(async () => (await session.Post("4b")).Status == 400, "the session is refused");
        Assert.Equal(400, (await session.Poll()).Status);
    }

    [Fact]
    public async Task A_poll_that_its_client_ends_closes_the_session()
    {
        var session = await PollingSession.Open(Host);
        using (var connection = await RawConnection.OpenAsync(Host.Port))
        {
            await connection.SendAsync($"GET {session.Query} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            // The poll waits once another request is answered that was sent behind it.
            await session.Post("3");
        }
        await Eventually.True(async () => (await session.Post("3")).Status == 400, "the session is refused");
    }

    [Fact]
    public async Task A_body_of_exactly_the_limit_is_taken()
    {
        var session = await PollingSession.Open(Host);
        var body = "4" + new string('x', ConformanceHost.MaxPayload - 1);
        (await session.Post(body)).Is(200, "ok");
        Assert.Equal([body], await session.PollMessages());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_refused_and_the_session_continues(bool isChunked)
    {
        var session = await PollingSession.Open(Host);
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes("4" + new string('x', ConformanceHost.MaxPayload)));
        var post = new HttpRequestMessage(HttpMethod.Post, Host.Url(session.Query)) { Content = content };
        post.Headers.TransferEncodingChunked = isChunked;
        post.Headers.ExpectContinue = true;
        post.Headers.Add("Origin", "https://page.example");
        var response = await Response.Read(Host.Http.SendAsync(post));
        Assert.Equal(413, response.Status);
        Assert.Equal("https://page.example", response.Header("Access-Control-Allow-Origin"));
        await session.GoesOn();
    }

    [Fact]
    public async Task A_close_packet_ends_the_waiting_poll_with_a_noop()
    {
        var session = await PollingSession.Open(Host);
        var poll = session.Poll();
        await session.Post("4wait until it waits");
        await poll;
        poll = session.Poll();
        (await session.Post("1")).Is(200, "ok");
        (await poll).Is(200, "6");
        await session.IsClosed();
    }

    [Fact]
    public async Task A_close_packet_without_a_waiting_poll_leaves_one_answer_behind()
    {
        var session = await PollingSession.Open(Host);
        (await session.Post("1")).Is(200, "ok");
        (await session.Poll()).Is(200, "6");
        await session.IsClosed();
        (await session.Post("4x")).IsUnknownSession();
    }
}
