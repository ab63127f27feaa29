using System.Net.Http.Headers;

namespace LoadBalancing.Client;

/// <summary>Which headers of a message one is among: the platform keeps those of the body apart, and takes no header where it does not belong.</summary>
internal enum HeaderPlace
{
    Message,
    Content,
}

/// <summary>Finds out where a header belongs by asking the platform.</summary>
internal static class HeaderPlaces
{
    public static HeaderPlace InRequest(string name)
    {
        using var request = new HttpRequestMessage();
        return Of(name, request.Headers);
    }

    public static HeaderPlace InResponse(string name)
    {
        using var response = new HttpResponseMessage();
        return Of(name, response.Headers);
    }

    private static HeaderPlace Of(string name, HttpHeaders headers) =>
        headers.TryAddWithoutValidation(name, "") ? HeaderPlace.Message : HeaderPlace.Content;
}
