namespace LoadBalancing.Client;

/// <summary><c>tls</c>.</summary>
internal sealed record TlsPolicy(
    SourceLocation Location,
    Located<string> Mode,
    Located<string>? ClientCertificate,
    Located<string>? PrivateKey,
    Located<string>? CaCertificates,
    IReadOnlyList<Located<string>> SubjectAltNames,
    Located<bool>? InsecureSkipVerify);
