using System.Text;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Tests.Views;

/// <summary>What a client with a view is sent, by examples. <see cref="TokenForTokenSpecs"/> has the rest.</summary>
public sealed class ChainViewsSpecs
{
    private const string Start = """{"product":"NIFTY","spot_price":100,"note":1,"calls":[{"strike":90,"bid":1,"ask":2},{"strike":100.0,"bid":3},{"strike":110,"bid":5}],"puts":[]}""";

    private readonly ViewBench _bench = new();

    [Theory]
    [InlineData("\"mode\":\"delta\"", """{"product":"NIFTY","spot_price":100,"note":1,"calls":[{"strike":90,"bid":1,"ask":2},{"strike":100.0,"bid":3},{"strike":110,"bid":5}],"puts":[]}""")]
    [InlineData("\"mode\":\"delta\",\"sides\":\"calls\",\"window\":{\"atm\":[1,0]}", """{"product":"NIFTY","spot_price":100,"note":1,"calls":[{"strike":90,"bid":1,"ask":2},{"strike":100.0,"bid":3}]}""")]
    [InlineData("\"mode\":\"delta\",\"fields\":[\"ask\"]", """{"product":"NIFTY","spot_price":100,"note":1,"calls":[{"strike":90,"ask":2},{"strike":100.0},{"strike":110}],"puts":[]}""")]
    [InlineData("\"mode\":\"delta\",\"fields\":[\"ask\",\"bid\"],\"format\":\"compact\"", """{"product":"NIFTY","spot_price":100,"note":1,"calls":[[90,2,1],[100.0,null,3],[110,null,5]],"puts":[]}""")]
    public void A_snapshot_has_the_reduced_document(string fields, string chain)
    {
        Publish(Start);

        var made = _bench.Encode(_bench.Use($"{{{fields}}}"), null);

        Assert.Equal((EncodingKind.Snapshot, SnapshotReason.First), (made.Kind, made.Reason));
        Assert.Contains($"\"chain\":{chain}", Text(made));
    }

    [Theory]
    [InlineData("a value", "\"bid\":3", "\"bid\":4.50", """ "calls":{"update":[{"strike":100.0,"bid":4.50}]} """, """ "calls":{"update":[[100.0,1,4.50]]} """)]
    [InlineData("a strike's text", "100.0", "1e2", """ "calls":{"add":[{"strike":1e2,"bid":3}]} """, """ "calls":{"add":[[1e2,3,null]]} """)]
    [InlineData("a field that comes", "\"bid\":3", "\"bid\":3,\"ask\":9", """ "calls":{"add":[{"strike":100.0,"bid":3,"ask":9}]} """, """ "calls":{"update":[[100.0,2,9]]} """)]
    [InlineData("a field that goes", ",\"ask\":2", "", """ "calls":{"add":[{"strike":90,"bid":1}]} """, """ "calls":{"update":[[90,2,null]]} """)]
    [InlineData("a row that goes", "{\"strike\":90,\"bid\":1,\"ask\":2},", "", """ "calls":{"remove":[90]} """, """ "calls":{"remove":[90]} """)]
    [InlineData("a row that comes", "\"puts\":[]", "\"puts\":[{\"strike\":95,\"bid\":0}]", """ "puts":{"add":[{"strike":95,"bid":0}]} """, """ "puts":{"add":[[95,0,null]]} """)]
    [InlineData("a member", "\"note\":1", "\"note\":[1, 2]", """ "set":{"note":[1, 2]} """, """ "set":{"note":[1, 2]} """)]
    [InlineData("a member that goes", "\"note\":1,", "", """ "unset":["note"] """, """ "unset":["note"] """)]
    public void A_delta_has_what_changed(string what, string before, string after, string rows, string compact)
    {
        // A note in front, so that the snapshot is the larger one.
        var start = Start.Replace("{\"product\"", $"{{\"padding\":\"{new string('x', 200)}\",\"product\"");
        var (inRows, inCompact) = (_bench.Use("""{"mode":"delta"}"""), _bench.Use("""{"mode":"delta","fields":["bid","ask"],"format":"compact"}"""));
        Publish(start);
        var (first, second) = (_bench.Encode(inRows, null).Version, _bench.Encode(inCompact, null).Version);
        Publish(start.Replace(before, after));

        var (one, other) = (_bench.Encode(inRows, first), _bench.Encode(inCompact, second));

        Assert.Equal((what, $$$"""{"event":"chain_delta","data":{"product":"NIFTY","expiry":"2022-03-31","base":"{{{first}}}","version":"{{{one.Version}}}",{{{rows.Trim()}}}}}"""), (what, Text(one)));
        Assert.Equal((what, $$$"""{"event":"chain_delta","data":{"product":"NIFTY","expiry":"2022-03-31","base":"{{{second}}}","version":"{{{other.Version}}}",{{{compact.Trim()}}}}}"""), (what, Text(other)));
    }

    [Fact]
    public void Clients_with_one_shape_and_version_share_a_frame()
    {
        var (one, other) = (_bench.Use("""{"mode":"delta","max_rate":1}"""), _bench.Use("""{"mode":"delta","status":true}"""));
        Publish(Start);

        var (first, second) = (_bench.Encode(one, null), _bench.Encode(other, null));

        Assert.Same(one.Shape, other.Shape);
        Assert.Same(first.Frame, second.Frame);
        Assert.Same(first.Version, second.Version);
        Assert.Equal((true, false), (first.IsNew, second.IsNew));
    }

    [Fact]
    public void The_time_of_receipt_is_in_a_delta_event_and_beside_an_update()
    {
        var (delta, full) = (_bench.Use("""{"mode":"delta","meta":true}"""), _bench.Use("""{"sides":"puts","meta":true}"""));
        Publish(Start);

        var (snapshot, update) = (_bench.Encode(delta, null), _bench.Encode(full, null));

        Assert.StartsWith($"{{\"event\":\"chain_snapshot\",\"data\":{{\"product\":\"NIFTY\",\"expiry\":\"2022-03-31\",\"version\":\"{snapshot.Version}\",\"received_at\":1700000000.000001,\"chain\"", Text(snapshot));
        Assert.EndsWith($"\"puts\":[]}},\"meta\":{{\"version\":\"{update.Version}\",\"received_at\":1700000000.000001}}}}", Text(update));
    }

    [Fact]
    public void A_client_gets_the_newest_document_although_it_is_owed_an_older_one()
    {
        var view = _bench.Use("""{"sides":"calls"}""");
        Publish(Start);
        var older = _bench.Newest!;
        _bench.Encode(view, null);
        Publish(Start.Replace("\"bid\":3", "\"bid\":4"));

        var made = _bench.Views.Encode(view.Shape, null, older, ViewBench.PlainText.Instance, false);

        Assert.Same(_bench.Newest, made.Update);
        Assert.Contains("\"bid\":4", Text(made));
    }

    [Fact]
    public void A_version_is_found_again_by_its_text_and_a_version_of_another_view_is_not()
    {
        var (view, other) = (_bench.Use("""{"mode":"delta","preset":"ltp"}"""), _bench.Use("""{"mode":"delta","preset":"quote"}"""));
        Publish(Start);
        var version = _bench.Encode(view, null).Version.Text;

        Assert.Equal(EncodingKind.Nothing, _bench.Encode(view, ViewVersion.Parse(version)).Kind);
        Assert.Equal(SnapshotReason.Forgotten, _bench.Encode(other, ViewVersion.Parse(version)).Reason);
        Assert.Equal(SnapshotReason.Forgotten, _bench.Encode(view, ViewVersion.Parse("garbage")).Reason);
        Publish(Start.Replace("\"note\":1", "\"note\":2"));
        Assert.NotEqual(SnapshotReason.Forgotten, _bench.Encode(view, ViewVersion.Parse(version)).Reason);
        Assert.Equal(SnapshotReason.View, _bench.Encode(other, _bench.Encode(view, null).Version).Reason);
    }

    [Fact]
    public void Two_nodes_give_a_document_the_same_version()
    {
        var other = new ViewBench();
        Publish(Start);
        other.Publish(Encoding.UTF8.GetBytes("{}"));
        other.Publish(Encoding.UTF8.GetBytes(Start));

        const string Fields = """{"mode":"delta","strikes":1}""";

        Assert.Equal(_bench.Encode(_bench.Use(Fields), null).Version.Text, other.Encode(other.Use(Fields), null).Version.Text);
    }

    [Fact]
    public void What_went_is_forgotten_at_last_and_older_versions_with_it()
    {
        var view = _bench.Use("""{"mode":"delta"}""");
        Publish(Start);
        var version = _bench.Encode(view, null).Version;
        for (var i = 0; i < 200; i++)
        {
            Publish(Start.Replace("\"strike\":90", $"\"strike\":{i * 0.1 + 40:F1}"));
            _bench.Encode(view, null);
        }

        Assert.Equal(SnapshotReason.Forgotten, _bench.Encode(view, version).Reason);
    }

    [Fact]
    public void Names_that_are_values_do_not_gather()
    {
        var view = _bench.Use("""{"mode":"delta"}""");
        ViewVersion? version = null;
        for (var i = 0; i < 10_000; i++)
        {
            Publish(Start.Replace("note", $"note{i}"));
            version = _bench.Encode(view, version).Version;
        }

        Assert.Contains("note9999", Text(_bench.Encode(view, null)));
    }

    [Fact]
    public void A_chain_that_no_view_uses_is_kept_for_half_a_minute_and_a_used_one_for_good()
    {
        var view = _bench.Use("""{"mode":"delta"}""");
        Publish(Start);
        _bench.Encode(view, null);
        Sweep(1, 100);
        Assert.Equal((1, 1), (_bench.Views.Chains, _bench.Views.ShapesInUse));

        _bench.Release(view);
        Sweep(101, 130);
        Assert.Equal((1, 0), (_bench.Views.Chains, _bench.Views.ShapesInUse));

        Sweep(131, 132);
        Assert.Equal(0, _bench.Views.Chains);
        Publish(Start);
        Assert.Equal(0, _bench.Views.Chains);

        void Sweep(int from, int to)
        {
            for (var second = from; second <= to; second++) _bench.Views.Sweep(second * 1_000_000L);
        }
    }

    [Fact]
    public void A_view_is_in_use_until_its_last_client_releases_it()
    {
        var view = ViewReader.Read("""{"mode":"delta","strikes":5}"""u8, Room.Chain("NIFTY")).View!;
        var (one, other) = (_bench.Views.Use(Room.Chain("NIFTY"), view), _bench.Views.Use(Room.Chain("BANKNIFTY"), view with { MaxRate = RateClass.For(1) }));

        Assert.Equal((1, true), (_bench.Views.ShapesInUse, _bench.Views.IsInUse(view.Shape)));
        _bench.Views.Release(Room.Chain("NIFTY"), one);
        Assert.True(_bench.Views.IsInUse(view.Shape));
        _bench.Views.Release(Room.Chain("BANKNIFTY"), other);
        Assert.False(_bench.Views.IsInUse(view.Shape));
    }

    private static string Text(ViewEncoding made) => Encoding.UTF8.GetString(made.Frame!.Bytes.Span);

    private void Publish(string document) => _bench.Publish(Encoding.UTF8.GetBytes(document));
}
