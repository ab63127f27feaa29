using System.Net;
using System.Text;
using global::TcpRelay;

namespace LoadBalancing.Client.Samples.Tests.TcpRelay;

public sealed class ProxyHeaderTests
{
    [Theory]
    [InlineData("192.0.2.1:56324", "198.51.100.7:443", "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n")]
    [InlineData("[2001:db8::1]:56324", "[2001:db8::7]:443", "PROXY TCP6 2001:db8::1 2001:db8::7 56324 443\r\n")]
    [InlineData("[::ffff:192.0.2.1]:1", "[::ffff:198.51.100.7]:2", "PROXY TCP4 192.0.2.1 198.51.100.7 1 2\r\n")]
    [InlineData("[fe80::1%3]:1", "[fe80::2%3]:2", "PROXY TCP6 fe80::1 fe80::2 1 2\r\n")]
    public void Version_1_header_is_a_line_of_text(string client, string relay, string expected) =>
        Assert.Equal(expected, Encoding.ASCII.GetString(ProxyHeader.Write(ProxyProtocol.V1, IPEndPoint.Parse(client), IPEndPoint.Parse(relay))));

    [Theory]
    [InlineData("192.0.2.1:56324", "198.51.100.7:443", "0D0A0D0A000D0A515549540A 21 11 000C C0000201 C6336407 DC04 01BB")]
    [InlineData(
        "[2001:db8::1]:56324",
        "[2001:db8::7]:443",
        "0D0A0D0A000D0A515549540A 21 21 0024 20010DB8000000000000000000000001 20010DB8000000000000000000000007 DC04 01BB")]
    public void Version_2_header_is_binary(string client, string relay, string expected) =>
        Assert.Equal(
            expected.Replace(" ", "", StringComparison.Ordinal),
            Convert.ToHexString(ProxyHeader.Write(ProxyProtocol.V2, IPEndPoint.Parse(client), IPEndPoint.Parse(relay))));

    [Fact]
    public void No_header_is_written_without_the_protocol() =>
        Assert.Empty(ProxyHeader.Write(ProxyProtocol.None, new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 2)));
}
