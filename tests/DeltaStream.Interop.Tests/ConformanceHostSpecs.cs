using System.Text.Json;

namespace DeltaStream.Interop.Tests;

public class ConformanceHostSpecs(PatientHost host) : IClassFixture<PatientHost>
{
    public static TheoryData<ClientMode> Modes => [ClientMode.WebSocket, ClientMode.Polling, ClientMode.Upgrade];

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_stock_client_connects_with_a_payload_and_gets_it_back(ClientMode mode)
    {
        using var client = mode.CreateClient(host.Url, new { token = "ü" });
        var auth = client.Hear("auth");
        await client.ConnectAsync();

        Assert.Equal("ü", (await auth.FirstAsync("auth")).GetValue<JsonElement>().GetProperty("token").GetString());
        Assert.NotEmpty(client.Id);
        await client.DisconnectAsync();
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_stock_client_gets_text_and_binary_back(ClientMode mode)
    {
        using var client = mode.CreateClient(host.Url);
        var back = client.Hear("message-back");
        await client.ConnectAsync();
        await client.EmitAsync("message", "zwei ✓", 2.5, new byte[] { 0, 1, 255 });

        var answer = await back.FirstAsync("message-back");
        Assert.Equal(("zwei ✓", 2.5), (answer.GetValue<string>(), answer.GetValue<double>(1)));
        Assert.Equal([0, 1, 255], answer.GetValue<byte[]>(2));
        await client.DisconnectAsync();
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task An_event_of_a_stock_client_is_acknowledged(ClientMode mode)
    {
        using var client = mode.CreateClient(host.Url);
        await client.ConnectAsync();

        Assert.Equal("a", (await client.CallAsync("message-with-ack", "a")).GetValue<string>());
        Assert.Equal([7, 8], (await client.CallAsync("message-with-ack", new byte[] { 7, 8 })).GetValue<byte[]>());
        await client.DisconnectAsync();
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_stock_client_gets_100_messages_back_in_order(ClientMode mode)
    {
        using var client = mode.CreateClient(host.Url);
        var back = client.Hear("message-back");
        await client.ConnectAsync();
        for (var i = 0; i < 100; i++) await client.EmitAsync("message", i);

        // A connection that is lost says so with what had come, instead of waiting for the rest.
        await Eventually.True(() => back.Count == 100 || !client.Connected, "100 messages");
        Assert.Equal(Enumerable.Range(0, 100), back.Select(answer => answer.GetValue<int>()));
        await client.DisconnectAsync();
    }
}

public class HeartbeatSpecs(QuickHost host) : IClassFixture<QuickHost>
{
    [Theory]
    [InlineData(ClientMode.WebSocket)]
    [InlineData(ClientMode.Polling)]
    [InlineData(ClientMode.Upgrade)]
    public async Task A_stock_client_stays_connected_through_heartbeats(ClientMode mode)
    {
        using var client = mode.CreateClient(host.Url);
        var pings = 0;
        var drops = 0;
        client.OnPing += (_, _) => Interlocked.Increment(ref pings);
        client.OnDisconnected += (_, _) => Interlocked.Increment(ref drops);
        await client.ConnectAsync();

        await Eventually.True(() => Volatile.Read(ref pings) >= 2, "two pings");
        Assert.Equal("there", (await client.CallAsync("message-with-ack", "there")).GetValue<string>());
        Assert.Equal(0, drops);
        await client.DisconnectAsync();
    }
}
