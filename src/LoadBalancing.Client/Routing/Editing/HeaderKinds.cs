using System.Net.Http.Headers;

namespace LoadBalancing.Client;

/// <summary>Determines the kind of a header by asking the platform.</summary>
internal static class HeaderKinds
{
    public static HeaderKind OfRequestHeader(string name)
    {
        using var request = new HttpRequestMessage();
        return Of(name, request.Headers);
    }

    public static HeaderKind OfResponseHeader(string name)
    {
        using var response = new HttpResponseMessage();
        return Of(name, response.Headers);
    }

    private static HeaderKind Of(string name, HttpHeaders headers) =>
        headers.TryAddWithoutValidation(name, "") ? HeaderKind.Message : HeaderKind.Content;
}
