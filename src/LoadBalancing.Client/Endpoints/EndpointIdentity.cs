using System.Globalization;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>What makes two descriptions the same endpoint: the normalized address, and the host name used for it.</summary>
internal readonly record struct EndpointIdentity(Uri Address, string? Hostname)
{
    /// <summary>The zone of an IPv6 address, like <c>eth0</c>, which the equality of URIs ignores; null for none.</summary>
    private readonly string? _zone = ZoneOf(Address);

    public string? Zone => _zone;

    private static readonly string[] Schemes = ["http", "https", "tcp", "udp", "unix"];

    /// <summary>Parses and normalizes an address; on failure <paramref name="error"/> says what is wrong and how to correct it.</summary>
    public static bool TryParse(EndpointDescription description, out EndpointIdentity identity, out string? error)
    {
        identity = default;
        string? hostname = string.IsNullOrWhiteSpace(description.Hostname) ? null : ToAscii(description.Hostname.Trim().ToLowerInvariant());
        error = Check(description.Address, out Uri? address) ?? CheckHostname(hostname);
        if (error is not null)
        {
            return false;
        }

        identity = new EndpointIdentity(Normalize(address!), hostname);
        return true;
    }

    /// <summary>The host and port of a URI in ASCII, without a default port and with the zone of an IPv6 address.</summary>
    public static string AuthorityOf(Uri uri)
    {
        string host = uri.HostNameType == UriHostNameType.IPv6 ? $"[{uri.IdnHost}]" : uri.IdnHost;
        return uri.IsDefaultPort || uri.Port < 0 ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{uri.Port}");
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
        // Uri has already lower-cased scheme and host and dropped a default port; what remains is the trailing slash of a base path, and the host where
        // Uri keeps it in another form than a connection needs.
        if (ZoneOf(uri) is { } zone)
        {
            string address = uri.IdnHost[..uri.IdnHost.IndexOf('%', StringComparison.Ordinal)];
            return new Uri($"{uri.Scheme}{Uri.SchemeDelimiter}[{address}%{zone}]:{uri.Port}{uri.AbsolutePath.TrimEnd('/')}");
        }

        bool isAscii = Ascii.IsValid(uri.Host);
        string text = isAscii ? uri.AbsoluteUri : $"{uri.Scheme}{Uri.SchemeDelimiter}{AuthorityOf(uri)}{uri.AbsolutePath}";
        return text.EndsWith('/') && uri.AbsolutePath.Length > 1 ? new Uri(text.TrimEnd('/')) : isAscii ? uri : new Uri(text);
    }

    /// <summary>A host with an optional port in ASCII, as a <c>Host</c> header has to be. Text that is no host is left to the validation.</summary>
    private static string ToAscii(string authority) =>
        !Ascii.IsValid(authority) && Uri.TryCreate($"http://{authority}/", UriKind.Absolute, out Uri? uri) && uri.AbsolutePath.Length == 1
            ? AuthorityOf(uri)
            : authority;

    /// <summary>
    /// The zone, written as it is or as RFC 6874 does, with %25 for the percent sign. Before digits it is not that: <c>%251</c> is number 251, as
    /// <see cref="System.Net.IPAddress"/> writes it.
    /// </summary>
    private static string? ZoneOf(Uri uri)
    {
        if (uri.HostNameType != UriHostNameType.IPv6 || uri.IdnHost.IndexOf('%', StringComparison.Ordinal) is not (> 0 and var percent))
        {
            return null;
        }

        string zone = uri.IdnHost[(percent + 1)..];
        return zone.StartsWith("25", StringComparison.Ordinal) && zone.AsSpan(2).ContainsAnyExceptInRange('0', '9') ? zone[2..] : zone;
    }
}
