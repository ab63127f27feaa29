namespace LoadBalancing.Client;

/// <summary>
/// Creates URIs whose path and query are exactly a given text. Such a URI is an ordinary one wherever that keeps the text, because a URI without
/// canonicalization refuses <see cref="Uri.GetComponents"/>, which primary handlers and diagnostic listeners call.
/// </summary>
internal static class ExactUri
{
    /// <summary>The options of a URI that an ordinary one would change.</summary>
    public static readonly UriCreationOptions Verbatim = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>The options of an ordinary URI.</summary>
    public static readonly UriCreationOptions Ordinary;

    public static Uri Create(string text)
    {
        var uri = new Uri(text);
        return IsExact(uri, text) ? uri : new Uri(text, Verbatim);
    }

    /// <summary>Whether a URI has the path and query of the text that it was created from.</summary>
    public static bool IsExact(Uri uri, string text)
    {
        int path = text.IndexOf('/', uri.Scheme.Length + Uri.SchemeDelimiter.Length);
        return path >= 0 && text.AsSpan(path).SequenceEqual(uri.PathAndQuery);
    }
}
