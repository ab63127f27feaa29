namespace LoadBalancing.Client;

/// <summary><c>httpCookie</c>.</summary>
internal sealed record HashCookiePolicy(Located<string> Name, Located<string>? Path, Located<TimeSpan>? Ttl);
