namespace LoadBalancing.Client;

/// <summary>The schemes of requests that are balanced. Any other, <c>ftp</c> for one, asks for something that no endpoint of a service speaks.</summary>
internal static class BalancedSchemes
{
    public const string Description = "http, https, ws and wss";

    public static bool Contains(string scheme) =>
        scheme == Uri.UriSchemeHttp || scheme == Uri.UriSchemeHttps || scheme == Uri.UriSchemeWs || scheme == Uri.UriSchemeWss

        // How service discovery writes a choice of schemes. On a client that is balanced by name, such addresses are ours.
        || scheme is "https+http" or "http+https";
}
