namespace LoadBalancing.Client.Tests.Affinity;

/// <summary>The errors of session affinity.</summary>
public sealed class SessionAffinityOptionsValidatorTests
{
    public static TheoryData<string, string> Errors => new()
    {
        { """ "SessionAffinity": { "Ttl": "1h" } """, "SessionAffinity:Keys: there is none; without a key, callers could forge cookies and choose their endpoints. Make one with 'openssl rand -base64 32' and give it to all instances." },
        { """ "SessionAffinity": { "Keys": ["c2hvcnQ="] } """, "SessionAffinity:Keys:0: it is not Base64 of at least 32 bytes; make one with 'openssl rand -base64 32'." },
        { """ "SessionAffinity": { "Keys": ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "no Base64!"] } """, "SessionAffinity:Keys:1: it is not Base64 of at least 32 bytes; make one with 'openssl rand -base64 32'." },
        { """ "SessionAffinity": { "Keys": ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="], "CookieName": "a b" } """, "SessionAffinity:CookieName: 'a b' is not the name of a cookie; it has letters, digits and !#$%&'*+-.^_`|~ only, like 'session-affinity'." },
        { """ "SessionAffinity": { "Keys": ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="], "Path": "items" } """, "SessionAffinity:Path: 'items' is not the path of a cookie; it begins with a slash and has no blanks and semicolons, like '/'." },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void One_error_one_message(string json, string error) => ReportedErrors.AreExactlyInJson(json, error);
}
