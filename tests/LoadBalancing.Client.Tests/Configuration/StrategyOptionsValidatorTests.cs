using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Tests.Configuration;

/// <summary>What a user reads who told a strategy or a hash policy something that cannot be.</summary>
public sealed class StrategyOptionsValidatorTests
{
    public static TheoryData<string, string> Faults() => new()
    {
        { """ "LeastRequest": { "ChoiceCount": 1 } """, "LeastRequest:ChoiceCount: 1 is not allowed; it is 2 to 16. To compare all endpoints, choose the strategy LeastConnections." },
        { """ "LeastRequest": { "ChoiceCount": 17 } """, "LeastRequest:ChoiceCount: 17 is not allowed; it is 2 to 16. To compare all endpoints, choose the strategy LeastConnections." },
        { """ "LeastRequest": { "ActiveRequestBias": -0.5 } """, "LeastRequest:ActiveRequestBias: -0.5 is not allowed; it is a finite number, 0 or more." },
        { """ "LeastRequest": { "ActiveRequestBias": "NaN" } """, "LeastRequest:ActiveRequestBias: NaN is not allowed; it is a finite number, 0 or more." },
        { """ "LeastLoad": { "DecayTime": "0s" } """, "LeastLoad:DecayTime: 00:00:00 is not allowed; it is longer than zero." },
        { """ "LeastLoad": { "FailurePenalty": "1m" } """, "LeastLoad:MaxFailurePenalty: 00:00:30 is shorter than FailurePenalty, which is 00:01:00; raise the one or lower the other." },
        { """ "ConsistentHash": { "TableSize": 65536 } """, "ConsistentHash:TableSize: 65536 is not allowed; it is a prime number up to 5000011, like 65537." },
        { """ "ConsistentHash": { "TableSize": 5000077 } """, "ConsistentHash:TableSize: 5000077 is not allowed; it is a prime number up to 5000011, like 65537." },
        { """ "ConsistentHash": { "HashBalanceFactor": 99 } """, "ConsistentHash:HashBalanceFactor: 99 is not allowed; it is a percentage of the even share, 100 or more, like 125." },
        { """ "ConsistentHash": { "MaxRingSize": 8388609 } """, "ConsistentHash:MaxRingSize: 8388609 is not allowed; it is 1 to 8388608." },
        { """ "ConsistentHash": { "MinRingSize": 2000, "MaxRingSize": 1000 } """, "ConsistentHash:MinRingSize: 2000 is not allowed; it is 1 to MaxRingSize, which is 1000." },
        { """ "ConsistentHash": { "OnUnavailableOwner": "Walk" } """, "ConsistentHash:OnUnavailableOwner: 'Walk' cannot be read; expected one of Skip, Rebuild." },
        { """ "Strategy": "RingHash", "HashPolicies": [{}] """, "HashPolicies:0: it says 0 things to hash; exactly one of Header, Cookie, QueryParameter and CallerAddress is set." },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Header": "X-User" }, { "Header": "X-User", "CallerAddress": true }] """, "HashPolicies:1: it says 2 things to hash; exactly one of Header, Cookie, QueryParameter and CallerAddress is set." },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Header": "X User" }] """, "HashPolicies:0:Header: 'X User' is not the name of a header; write it like 'X-User'." },
        { """ "Strategy": "RingHash", "HashPolicies": ["X-User"] """, "HashPolicies:0: 'X-User' is a single value; expected a section with the keys Header, Cookie, QueryParameter, CallerAddress, Terminal." },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Cookie": { "Ttl": "1h" } }] """, "HashPolicies:0:Cookie:Name: '' is not the name of a cookie; it has letters, digits and !#$%&'*+-.^_`|~ only, like 'session-affinity'." },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Cookie": { "Name": "a=b" } }] """, "HashPolicies:0:Cookie:Name: 'a=b' is not the name of a cookie; it has letters, digits and !#$%&'*+-.^_`|~ only, like 'session-affinity'." },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Cookie": { "Name": "a", "Path": "items" } }] """, "HashPolicies:0:Cookie:Path: 'items' is not the path of a cookie; it begins with a slash and has no blanks and semicolons, like '/'." },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Cookie": { "Name": "a", "Path": "/; Domain=other" } }] """, "HashPolicies:0:Cookie:Path: '/; Domain=other' is not the path of a cookie; it begins with a slash and has no blanks and semicolons, like '/'." },
        { """ "SessionAffinity": { "Ttl": "1h" } """, "SessionAffinity:Keys: there is none, and cookies that anybody can make up would let callers choose their endpoints; make one with 'openssl rand -base64 32' and give it to all instances." },
        { """ "SessionAffinity": { "Keys": ["c2hvcnQ="] } """, "SessionAffinity:Keys:0: it is not Base64 of at least 32 bytes; make one with 'openssl rand -base64 32'." },
        { """ "SessionAffinity": { "Keys": ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "no Base64!"] } """, "SessionAffinity:Keys:1: it is not Base64 of at least 32 bytes; make one with 'openssl rand -base64 32'." },
        { """ "SessionAffinity": { "Keys": ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="], "CookieName": "a b" } """, "SessionAffinity:CookieName: 'a b' is not the name of a cookie; it has letters, digits and !#$%&'*+-.^_`|~ only, like 'session-affinity'." },
        { """ "SessionAffinity": { "Keys": ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="], "Path": "items" } """, "SessionAffinity:Path: 'items' is not the path of a cookie; it begins with a slash and has no blanks and semicolons, like '/'." },
        { """ "HashPolicies": [{ "Header": "X-User" }] """, "HashPolicies: there are some, and the strategy 'RoundRobin' does not hash; choose RingHash, Maglev or Rendezvous, or remove them." },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void One_fault_one_message(string json, string fault)
    {
        using Stream text = new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "LoadBalancing": { "catalog": { "Endpoints": ["http://a"], {{json}} } } }"""));
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonStream(text).Build());
        services.AddLoadBalancedHttpClient("catalog");
        using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog"));

        Assert.Equal([$"LoadBalancing:catalog:{fault}"], exception.Failures);
    }

    [Fact]
    public void Parts_that_code_without_annotations_took_away()
    {
        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("catalog", static options =>
        {
            options.Endpoints = ["http://a"];
            options.HashPolicies = null!;
            options.ConsistentHash = null!;
        });
        using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog"));

        Assert.Equal(
            ["catalog:HashPolicies: it is null; leave it at its default, or set it to a value of its own.", "catalog:ConsistentHash: it is null; leave it at its default, or set it to a value of its own."],
            exception.Failures);
    }
}
