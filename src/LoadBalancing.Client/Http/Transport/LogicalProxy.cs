using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// A proxy that is bypassed where it is bypassed for the endpoint's address or for the host that the caller used. Which proxy it is depends on the
/// endpoint's address, to which the connection goes.
/// </summary>
internal sealed class LogicalProxy : IWebProxy
{
    private readonly IWebProxy _inner;

    public LogicalProxy(IWebProxy inner) => _inner = inner;

    public ICredentials? Credentials
    {
        get => _inner.Credentials;
        set => _inner.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => _inner.GetProxy(destination);

    public bool IsBypassed(Uri host) => _inner.IsBypassed(host) || (host is RewrittenUri rewritten && _inner.IsBypassed(rewritten.LogicalAddress));
}
