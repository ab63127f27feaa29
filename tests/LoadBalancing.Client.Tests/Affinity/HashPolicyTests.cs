using System.Net;
using System.Numerics;
using LoadBalancing.Client.Tests.Selection.Hashing;

namespace LoadBalancing.Client.Tests.Affinity;

/// <summary>What is hashed, and how hashes are combined: as in Envoy's source/common/http/hash_policy.cc.</summary>
public sealed class HashPolicyTests
{
    private static ulong H(string text, ulong seed = 0) => EnvoyReference.XxHash64(text, seed);

    [Fact]
    public void A_header_is_hashed_by_its_value() =>
        Assert.Equal(H("user-42"), Hash("http://catalog/", [new() { Header = "x-user" }], request => request.Headers.Add("X-User", "user-42")));

    [Fact]
    public void An_absent_header_yields_no_hash() => Assert.Null(Hash("http://catalog/", [new() { Header = "X-User" }]));

    [Theory]
    [InlineData("b", "a", "c")]
    [InlineData("c", "b", "a")]
    public void The_order_of_header_values_does_not_matter(params string[] values) => Assert.Equal(
        H("c", H("b", H("a"))),
        Hash("http://catalog/", [new() { Header = "X-User" }], request => request.Headers.Add("X-User", values)));

    [Theory]
    [InlineData("session=abc", "abc")]
    [InlineData("a=b; session=abc; c=d", "abc")]
    [InlineData("a=b;session=\"abc\"", "abc")]
    [InlineData("session=first; session=second", "first")]
    [InlineData("session=a=b", "a=b")]
    [InlineData("Session=other; session=abc", "abc")]
    [InlineData("xsession=other; session=", "")]
    public void A_cookie_is_hashed_by_its_value(string header, string value) => Assert.Equal(
        H(value),
        Hash("http://catalog/", [new() { Cookie = new() { Name = "session" } }], request => request.Headers.Add("Cookie", header)));

    [Theory]
    [InlineData("other=abc")]
    [InlineData("xsession=abc; session-2=abc")]
    [InlineData(";;;")]
    public void An_absent_cookie_yields_no_hash(string header) => Assert.Null(
        Hash(
            "http://catalog/",
            [new() { Cookie = new() { Name = "session", Ttl = TimeSpan.FromHours(1) } }],
            request => request.Headers.Add("Cookie", header)));

    [Theory]
    [InlineData("?user=42", "42")]
    [InlineData("?a=b&user=42&user=43", "42")]
    [InlineData("?user=a%20b", "a%20b")]
    [InlineData("?user", "")]
    public void A_query_parameter_is_hashed_by_its_first_value_as_written(string query, string value) =>
        Assert.Equal(H(value), Hash($"http://catalog/items{query}", [new() { QueryParameter = "user" }]));

    [Theory]
    [InlineData("")]
    [InlineData("?User=42")]
    [InlineData("?xuser=42&user2=1")]
    public void An_absent_query_parameter_yields_no_hash(string query) =>
        Assert.Null(Hash($"http://catalog/items{query}", [new() { QueryParameter = "user" }]));

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    [InlineData("2001:DB8:0:0::1", "2001:db8::1")]
    public void The_callers_address_is_hashed_as_text_and_mapped_IPv4_as_IPv4(string address, string text) =>
        Assert.Equal(
            H(text),
            Hash("http://catalog/", [new() { CallerAddress = true }], request => request.LoadBalancing().CallerAddress(IPAddress.Parse(address))));

    [Fact]
    public void An_unknown_address_yields_no_hash() => Assert.Null(Hash("http://catalog/", [new() { CallerAddress = true }]));

    [Fact]
    public void Several_policies_are_combined_by_rotation_and_exclusive_or() => Assert.Equal(
        BitOperations.RotateLeft(BitOperations.RotateLeft(H("42"), 1) ^ H("de"), 1) ^ H("10.0.0.1"),
        Hash(
            "http://catalog/?user=42",
            [new() { QueryParameter = "user" }, new() { Header = "X-None" }, new() { Header = "X-Country" }, new() { CallerAddress = true }],
            static request =>
            {
                request.Headers.Add("X-Country", "de");
                request.LoadBalancing().CallerAddress(IPAddress.Parse("10.0.0.1"));
            }));

    [Fact]
    public void A_terminal_policy_ends_the_chain_once_there_is_a_hash()
    {
        HashPolicyOptions[] policies = [new() { QueryParameter = "user", Terminal = true }, new() { Header = "X-Country" }];

        Assert.Equal(H("42"), Hash("http://catalog/?user=42", policies, static request => request.Headers.Add("X-Country", "de")));
        Assert.Equal(H("de"), Hash("http://catalog/", policies, static request => request.Headers.Add("X-Country", "de")));
    }

    [Fact]
    public void A_terminal_policy_without_a_hash_of_its_own_ends_the_chain_too() => Assert.Equal(
        H("42"),
        Hash(
            "http://catalog/?user=42",
            [new() { QueryParameter = "user" }, new() { Header = "X-None", Terminal = true }, new() { Header = "X-Country" }],
            static request => request.Headers.Add("X-Country", "de")));

    [Theory]
    [InlineData("user-42")]
    [InlineData("")]
    [InlineData("Jürgen 漢字 🙂")]
    public void A_key_is_hashed_as_UTF8_and_takes_precedence_over_policies(string key) =>
        Assert.Equal(H(key), Hash("http://catalog/?user=42", [new() { QueryParameter = "user" }], request => request.LoadBalancing().HashKey(key)));

    [Fact]
    public void A_hash_is_used_as_is_and_replaces_an_earlier_key() =>
        Assert.Equal(
            0x9E3779B97F4A7C15,
            Hash(
                "http://catalog/?user=42",
                [new() { QueryParameter = "user" }],
                static request => request.LoadBalancing().HashKey("a").Hash(0x9E3779B97F4A7C15)));

    [Fact]
    public void A_key_of_a_mebibyte_is_accepted()
    {
        string key = string.Concat(Enumerable.Range(0, 1 << 17).Select(static i => $"{i:x8}"));
        Assert.Equal(1 << 20, key.Length);

        Assert.Equal(H(key), Hash("http://catalog/", [], request => request.LoadBalancing().HashKey(key)));
        Assert.Equal(H(key), Hash("http://catalog/", [new() { Header = "X-Key" }], request => request.Headers.Add("X-Key", key)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(5000)]
    public void Short_and_long_texts_are_hashed_alike_on_and_off_the_stack(int length)
    {
        string text = new('漢', length);

        Assert.Equal(H(text), TextHash.Of(text));
        Assert.Equal(H(text, 7), TextHash.Of(text, 7));
    }

    [Fact]
    public void What_the_request_does_not_contain_is_read_from_the_caller()
    {
        var caller = new Caller { CallerAddress = IPAddress.Parse("10.0.0.9") };

        Assert.Equal(
            H("header of the caller"),
            Hash("http://catalog/", [new() { Header = "X-User" }], request => request.LoadBalancing().CallerContext(caller)));
        Assert.Equal(H("10.0.0.9"), Hash("http://catalog/", [new() { CallerAddress = true }], request => request.LoadBalancing().CallerContext(caller)));
        Assert.Equal(
            H("own"),
            Hash(
                "http://catalog/",
                [new() { Header = "X-User" }],
                request => request.LoadBalancing().CallerContext(caller).Request.Headers.Add("X-User", "own")));
    }

    [Fact]
    public void A_cookie_with_a_ttl_is_created_once_per_session_and_never_replaces_one()
    {
        var session = new AffinityCookieJar();
        HashPolicyOptions[] policies = [new() { Cookie = new() { Name = "session", Ttl = TimeSpan.FromHours(1) } }];

        ulong? first = Hash("http://catalog/", policies, request => request.LoadBalancing().CallerContext(session));
        string made = session.GetCookie("session")!;

        Assert.Equal(H(made), first);
        Assert.Matches("^[0-9a-f]{16}$", made);
        Assert.Equal(first, Hash("http://catalog/", policies, request => request.LoadBalancing().CallerContext(session)));
        Assert.Equal(
            H("own"),
            Hash("http://catalog/", policies, request => request.LoadBalancing().CallerContext(session).Request.Headers.Add("Cookie", "session=own")));
        Assert.Equal(made, session.GetCookie("session"));
    }

    [Fact]
    public void Without_a_ttl_no_cookie_is_created()
    {
        var session = new AffinityCookieJar();

        Assert.Null(Hash("http://catalog/", [new() { Cookie = new() { Name = "session" } }], request => request.LoadBalancing().CallerContext(session)));
        Assert.Null(session.GetCookie("session"));
    }

    private static ulong? Hash(string uri, HashPolicyOptions[] policies, Action<HttpRequestMessage>? prepare = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        prepare?.Invoke(request);
        return new RequestAffinity(new HashPolicyChain(policies), stateful: null, callers: null, RandomSource.Seeded(91)).Add(default, request).Hash;
    }

    private sealed class Caller : ICallerContext
    {
        public IPAddress? CallerAddress { get; init; }

        public string? GetHeader(string name) => "header of the caller";

        public string? GetCookie(string name) => null;

        public bool TrySetCookie(string name, string value, TimeSpan ttl, string path) => false;
    }
}
