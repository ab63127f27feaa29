namespace LoadBalancing.Client;

/// <summary>The route selected by name on a request.</summary>
internal static class ExplicitRoute
{
    private static readonly HttpRequestOptionsKey<string> Key = new("LoadBalancing.Client.Route");

    /// <summary>Whether any request of this process ever selected one. Reading a request's options allocates them, and few requests select a route.</summary>
    private static bool _isEverSet;

    public static void Set(HttpRequestMessage request, string route)
    {
        request.Options.Set(Key, route);
        Volatile.Write(ref _isEverSet, true);
    }

    public static string? Get(HttpRequestMessage request) =>
        Volatile.Read(ref _isEverSet) && request.Options.TryGetValue(Key, out string? route) ? route : null;
}
