using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// Looks up credentials by the URI that the caller used, whichever way a request is sent: they belong to the service, and its endpoints change.
/// </summary>
internal sealed class LogicalCredentials : ICredentials
{
    private readonly ICredentials _inner;

    public LogicalCredentials(ICredentials inner) => _inner = inner;

    public NetworkCredential? GetCredential(Uri uri, string authType) =>
        _inner.GetCredential(uri is RewrittenUri rewritten ? rewritten.Logical : uri, authType);
}
