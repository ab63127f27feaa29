namespace LoadBalancing.Client.Tests.Affinity;

/// <summary>The errors of hash policies.</summary>
public sealed class HashPolicyOptionsValidatorTests
{
    public static TheoryData<string, string> Errors => new()
    {
        { """ "Strategy": "RingHash", "HashPolicies": [{}] """, "HashPolicies:0: it says 0 things to hash; exactly one of Header, Cookie, QueryParameter and CallerAddress is set." },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Header": "X-User" }, { "Header": "X-User", "CallerAddress": true }] """, "HashPolicies:1: it says 2 things to hash; exactly one of Header, Cookie, QueryParameter and CallerAddress is set." },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Header": "X User" }] """, "HashPolicies:0:Header: 'X User' is not the name of a header; write it like 'X-User'." },
        { """ "Strategy": "RingHash", "HashPolicies": ["X-User"] """, "HashPolicies:0: 'X-User' is a single value; expected a section with the keys Header, Cookie, QueryParameter, CallerAddress, Terminal." },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Cookie": { "Ttl": "1h" } }] """, "HashPolicies:0:Cookie:Name: '' is not the name of a cookie; it has letters, digits and !#$%&'*+-.^_`|~ only, like 'session-affinity'." },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Cookie": { "Name": "a=b" } }] """, "HashPolicies:0:Cookie:Name: 'a=b' is not the name of a cookie; it has letters, digits and !#$%&'*+-.^_`|~ only, like 'session-affinity'." },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Cookie": { "Name": "a", "Path": "items" } }] """, "HashPolicies:0:Cookie:Path: 'items' is not the path of a cookie; it begins with a slash and has no blanks and semicolons, like '/'." },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Cookie": { "Name": "a", "Path": "/; Domain=other" } }] """, "HashPolicies:0:Cookie:Path: '/; Domain=other' is not the path of a cookie; it begins with a slash and has no blanks and semicolons, like '/'." },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void One_error_one_message(string json, string error) => ReportedErrors.AreExactlyInJson(json, error);
}
