namespace LoadBalancing.Client;

/// <summary>A path with its query that a service is asked for again and again, and the place of its addressed URI at each endpoint.</summary>
internal sealed record FrequentPath(string PathAndQuery, int Index);
