namespace LoadBalancing.Client.Tests.Affinity;

/// <summary>The errors of session affinity.</summary>
public sealed class SessionAffinityOptionsValidatorTests
{
    public static TheoryData<string, string> Errors => new()
    {
        { """ "SessionAffinity": { "Ttl": "1h" } """, "SessionAffinity:Keys: no key is set; without one, callers could forge cookies and choose their " +
            "endpoints. Generate one with 'openssl rand -base64 32' and use it on all instances." },
        { """ "SessionAffinity": { "Keys": ["c2hvcnQ="] } """, "SessionAffinity:Keys:0: it is not Base64 of at least 32 bytes; generate one with 'openssl " +
            "rand -base64 32'." },
        { """ "SessionAffinity": { "Keys": ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "no Base64!"] } """, "SessionAffinity:Keys:1: it is not Base64 " +
            "of at least 32 bytes; generate one with 'openssl rand -base64 32'." },
        { """ "SessionAffinity": { "Keys": ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="], "CookieName": "a b" } """, "SessionAffinity:CookieName: 'a b' " +
            "is not a valid cookie name; use only letters, digits and !#$%&'*+-.^_`|~, like 'session-affinity'." },
        { """ "SessionAffinity": { "Keys": ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="], "Path": "items" } """, "SessionAffinity:Path: 'items' is not " +
            "a valid cookie path; it must begin with a slash and must not contain spaces or semicolons, like '/'." },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void One_error_one_message(string json, string error) => ReportedErrors.AreExactlyInJson(json, error);
}
