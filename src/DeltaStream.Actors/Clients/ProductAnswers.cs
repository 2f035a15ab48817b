using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>The answers to <c>get_products</c>. Clients with the same rights share one encoded answer until the list changes.</summary>
internal sealed class ProductAnswers
{
    // Beyond this many different rights the answer is made for the client alone.
    private const int MostGrants = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, SharedFrames> _byGrant = [];
    private IReadOnlyList<string> _products = [];

    /// <param name="products">The products with a live value, sorted.</param>
    /// <param name="grant">The rooms that the client may join; it is told of products that have one of them.</param>
    /// <param name="protocol">The client's protocol.</param>
    public Frame Get(IReadOnlyList<string> products, RoomGrant grant, IWireProtocol protocol) =>
        FramesOf(products, grant.Key).Get(protocol, (products, grant), static (protocol, it) => protocol.EncodeEvent(
            ServerEvents.Products, ServerEvents.ProductsData(it.products.Where(it.grant.CoversProduct))));

    private SharedFrames FramesOf(IReadOnlyList<string> products, string grant)
    {
        lock (_lock)
        {
            // The cache makes a new list ten times a second; it is the same list as long as its content is.
            if (!ReferenceEquals(products, _products))
            {
                if (!products.SequenceEqual(_products)) _byGrant.Clear();
                _products = products;
            }

            if (_byGrant.TryGetValue(grant, out var frames)) return frames;
            frames = new();
            if (_byGrant.Count < MostGrants) _byGrant.Add(grant, frames);
            return frames;
        }
    }
}
