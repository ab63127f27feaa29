using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>What makes two descriptions the same endpoint: the normalized address, and the host name used for it.</summary>
internal readonly record struct EndpointIdentity(Uri Address, string? Hostname)
{
    private static readonly string[] Schemes = ["http", "https", "tcp", "udp", "unix"];

    /// <summary>Parses and normalizes an address; on failure <paramref name="error"/> says what is wrong and how to correct it.</summary>
    public static bool TryParse(EndpointDescription description, out EndpointIdentity identity, out string? error)
    {
        identity = default;
        string? hostname = string.IsNullOrWhiteSpace(description.Hostname) ? null : description.Hostname.Trim().ToLowerInvariant();
        error = Check(description.Address, out Uri? address) ?? CheckHostname(hostname);
        if (error is not null)
        {
            return false;
        }

        identity = new EndpointIdentity(Normalize(address!), hostname);
        return true;
    }

    private static string? Check(string? text, out Uri? address)
    {
        const string Example = "write it like 'http://10.0.0.1:8080'";
        address = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            return $"the address is empty; {Example}.";
        }

        string shown = Redaction.RedactUri(text);
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri))
        {
            return $"'{shown}' is not an absolute URI; {Example}.";
        }

        if (!Schemes.Contains(uri.Scheme, StringComparer.Ordinal))
        {
            // "localhost:5000" parses as a URI of the scheme "localhost": the likeliest mistake of all.
            string hint = text.Contains("://", StringComparison.Ordinal) ? "" : $" Did you mean 'http://{shown}'?";
            return $"'{shown}' has the scheme '{uri.Scheme}'; allowed are {string.Join(", ", Schemes)}.{hint}";
        }

        if (uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            return $"'{shown}' has a query or a fragment; an endpoint is scheme, host, port and an optional base path.";
        }

        if (uri.UserInfo.Length > 0)
        {
            return $"the address of host '{uri.Host}' contains user information; put credentials into a request header instead.";
        }

        if (uri.Scheme != "unix" && uri.Host.Length == 0)
        {
            return $"'{shown}' has no host; {Example}.";
        }

        if (uri.Scheme is "tcp" or "udp" && uri.Port <= 0)
        {
            return $"'{shown}' has no port, and '{uri.Scheme}' has no default port; write it like '{uri.Scheme}://10.0.0.1:9000'.";
        }

        address = uri;
        return null;
    }

    /// <summary>A host, with a port if the server expects one in <c>Host</c>.</summary>
    private static string? CheckHostname(string? text)
    {
        if (text is null)
        {
            return null;
        }

        int colon = text.LastIndexOf(':');
        bool hasPort = colon > text.LastIndexOf(']');
        string host = hasPort ? text[..colon] : text;
        bool isHost = Uri.CheckHostName(host) switch
        {
            UriHostNameType.Unknown => false,
            UriHostNameType.IPv6 => host[0] == '[',
            _ => true,
        };
        return isHost && (!hasPort || ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? null
            : $"'{Redaction.RedactUri(text)}' is not a valid host name; write it without scheme and path, like 'catalog.internal'.";
    }

    private static Uri Normalize(Uri uri)
    {
        // Uri has already lower-cased scheme and host and dropped a default port; what remains is the trailing slash of a base path.
        string text = uri.AbsoluteUri;
        return text.EndsWith('/') && uri.AbsolutePath.Length > 1 ? new Uri(text.TrimEnd('/')) : uri;
    }
}
