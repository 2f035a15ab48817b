using System.Net;
using DeltaStream.Node.Admission;

namespace DeltaStream.Node.Tests.Admission;

/// <summary>Which addresses count as one.</summary>
public sealed class ClientAddressSpecs
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("::1", "::1")]
    [InlineData("255.255.255.255", "255.255.255.255")]
    public void An_IPv6_address_is_shown_as_the_network_that_is_counted(string address, string shown) =>
        Assert.Equal(shown, ClientAddress.Of(IPAddress.Parse(address)).ToString());

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("0.0.0.1", "127.0.0.1", false)]
    public void A_client_has_one_IPv4_address_or_one_network_of_IPv6(string one, string other, bool same) =>
        Assert.Equal(same, ClientAddress.Of(IPAddress.Parse(one)) == ClientAddress.Of(IPAddress.Parse(other)));
}
