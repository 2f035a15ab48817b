namespace DeltaStream.Cluster.Tests;

/// <summary>What a client has seen of a product.</summary>
internal static class Prices
{
    public static int[] Of(this TestClient client, string name, string product, string field) => client.Of(name)
        .Where(e => e.Data.GetProperty("product").GetString() == product)
        .Select(e => e.Data.GetProperty(field).GetInt32()).ToArray();

    /// <summary>All prices of a product, in the order they came.</summary>
    public static int[] PricesOf(this TestClient client, string product) => client.Of("underlying_update", product, "price");

    /// <summary>The newest price of a product; 0 before the first.</summary>
    public static int NewestOf(this TestClient client, string product) => client.PricesOf(product).LastOrDefault();

    /// <summary>Fails where a price came twice, or an older one after a newer one.</summary>
    public static void AssertNoneTwiceNoneOlder(this TestClient client, string product)
    {
        var prices = client.PricesOf(product);
        Assert.True(prices.Zip(prices.Skip(1)).All(pair => pair.First < pair.Second), $"{product}: {string.Join(' ', prices)}");
    }
}
