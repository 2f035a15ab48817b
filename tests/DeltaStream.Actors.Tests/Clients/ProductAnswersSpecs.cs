using System.Text;
using DeltaStream.Actors.Clients;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>The answers to get_products are encoded once for all clients with the same rights, until the list changes.</summary>
public class ProductAnswersSpecs
{
    private readonly ProductAnswers _answers = new();
    private readonly TextProtocol _protocol = new(0);

    [Fact]
    public void Clients_with_the_same_rights_share_one_answer()
    {
        IReadOnlyList<string> products = ["A", "B"];
        var all = Get(products, RoomGrant.All);
        for (var i = 0; i < 100; i++)
        {
            Assert.Same(all, Get(products, RoomGrant.All));
            Assert.Equal("""products {"products":["B"]}""", TextOf(products, RoomGrant.Of(["product:B"])));
        }

        Assert.Equal(2, _protocol.EncodedEvents);
    }

    [Fact]
    public void A_new_list_with_the_same_products_needs_no_new_answer_and_another_one_does()
    {
        var first = Get(["A", "B"], RoomGrant.All);
        Assert.Same(first, Get(["A", "B"], RoomGrant.All));
        Assert.Equal("""products {"products":["A"]}""", TextOf(["A"], RoomGrant.All));
        Assert.Equal("""products {"products":["A","B"]}""", TextOf(["A", "B"], RoomGrant.All));
    }

    [Fact]
    public void Each_wire_protocol_has_an_answer_of_its_own()
    {
        IReadOnlyList<string> products = ["A"];
        Assert.NotSame(Get(products, RoomGrant.All), _answers.Get(products, RoomGrant.All, new TextProtocol(1)));
    }

    [Fact]
    public void Many_different_rights_are_not_all_kept()
    {
        IReadOnlyList<string> products = ["A"];
        for (var i = 0; i < 300; i++) Get(products, RoomGrant.Of([$"product:{i}"]));
        Assert.NotSame(Get(products, RoomGrant.Of(["product:299"])), Get(products, RoomGrant.Of(["product:299"])));
        Assert.Same(Get(products, RoomGrant.Of(["product:0"])), Get(products, RoomGrant.Of(["product:0"])));
    }

    private DeltaStream.Actors.Wire.Frame Get(IReadOnlyList<string> products, RoomGrant grant) => _answers.Get(products, grant, _protocol);

    private string TextOf(IReadOnlyList<string> products, RoomGrant grant) => Encoding.UTF8.GetString(Get(products, grant).Bytes.Span);
}
