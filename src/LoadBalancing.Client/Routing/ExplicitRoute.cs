namespace LoadBalancing.Client;

/// <summary>The route that a request asks for by name.</summary>
internal static class ExplicitRoute
{
    private static readonly HttpRequestOptionsKey<string> Key = new("LoadBalancing.Client.Route");

    /// <summary>Whether any request of this process ever asked. Looking at a request's options makes it create some, and hardly anybody asks.</summary>
    private static bool _isEverSet;

    public static void Set(HttpRequestMessage request, string route)
    {
        request.Options.Set(Key, route);
        Volatile.Write(ref _isEverSet, true);
    }

    public static string? Get(HttpRequestMessage request) =>
        Volatile.Read(ref _isEverSet) && request.Options.TryGetValue(Key, out string? route) ? route : null;
}
