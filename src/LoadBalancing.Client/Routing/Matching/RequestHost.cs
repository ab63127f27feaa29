namespace LoadBalancing.Client;

/// <summary>
/// The host of a request in the form in which hosts are compared: in ASCII (<c>xn--bcher-kva.example</c>), without the dot of the root, an IPv6 address in
/// brackets and without a zone. Comparisons ignore case.
/// </summary>
internal static class RequestHost
{
    /// <summary>The host of a URI. Allocates only for a host that is in another form.</summary>
    public static string Of(Uri uri) => uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : WithoutRoot(uri.IdnHost);

    /// <summary>A host as options or a client's name have it; text that is not a host stays as it is.</summary>
    public static string Normalize(string host)
    {
        if (Uri.CheckHostName(host) is var type && type == UriHostNameType.IPv6)
        {
            // Bracketed in a Uri; options may omit the brackets.
            return host.StartsWith('[') ? host : $"[{host}]";
        }

        return type == UriHostNameType.Dns && Uri.TryCreate($"http://{host}/", UriKind.Absolute, out Uri? uri) ? Of(uri) : host;
    }

    private static string WithoutRoot(string host) => host.EndsWith('.') ? host[..^1] : host;
}
