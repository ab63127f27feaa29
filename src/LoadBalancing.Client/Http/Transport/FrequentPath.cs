namespace LoadBalancing.Client;

/// <summary>A frequently requested path with its query, and the index of its URI at each endpoint.</summary>
internal sealed record FrequentPath(string PathAndQuery, int Index);
