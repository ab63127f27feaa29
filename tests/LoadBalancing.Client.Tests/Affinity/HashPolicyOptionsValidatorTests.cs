namespace LoadBalancing.Client.Tests.Affinity;

/// <summary>The errors of hash policies.</summary>
public sealed class HashPolicyOptionsValidatorTests
{
    public static TheoryData<string, string> Errors => new()
    {
        { """ "Strategy": "RingHash", "HashPolicies": [{}] """, "HashPolicies:0: it sets 0 inputs; set exactly one of Header, Cookie, QueryParameter and " +
            "CallerAddress." },
        {
            """ "Strategy": "RingHash", "HashPolicies": [{ "Header": "X-User" }, { "Header": "X-User", "CallerAddress": true }] """,
            "HashPolicies:1: it sets 2 inputs; set exactly one of Header, Cookie, QueryParameter and CallerAddress."
        },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Header": "X User" }] """, "HashPolicies:0:Header: 'X User' is not a valid header name; write it " +
            "like 'X-User'." },
        { """ "Strategy": "RingHash", "HashPolicies": ["X-User"] """, "HashPolicies:0: 'X-User' is a single value; expected a section with the keys " +
            "Header, Cookie, QueryParameter, CallerAddress, Terminal." },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Cookie": { "Ttl": "1h" } }] """, "HashPolicies:0:Cookie:Name: '' is not a valid cookie name; use " +
            "only letters, digits and !#$%&'*+-.^_`|~, like 'session-affinity'." },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Cookie": { "Name": "a=b" } }] """, "HashPolicies:0:Cookie:Name: 'a=b' is not a valid cookie " +
            "name; use only letters, digits and !#$%&'*+-.^_`|~, like 'session-affinity'." },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Cookie": { "Name": "a", "Path": "items" } }] """, "HashPolicies:0:Cookie:Path: 'items' is not a " +
            "valid cookie path; it must begin with a slash and must not contain spaces or semicolons, like '/'." },
        { """ "Strategy": "RingHash", "HashPolicies": [{ "Cookie": { "Name": "a", "Path": "/; Domain=other" } }] """, "HashPolicies:0:Cookie:Path: '/; " +
            "Domain=other' is not a valid cookie path; it must begin with a slash and must not contain spaces or semicolons, like '/'." },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void One_error_one_message(string json, string error) => ReportedErrors.AreExactlyInJson(json, error);
}
