using System.Net.Http.Headers;

namespace LoadBalancing.Client;

/// <summary>A header before it was changed.</summary>
/// <param name="Headers">The collection it belongs to.</param>
/// <param name="Name">Its name.</param>
/// <param name="Values">Its values; null when it was absent.</param>
internal readonly record struct HeaderSnapshot(HttpHeaders Headers, string Name, string[]? Values)
{
    public static HeaderSnapshot Of(HttpHeaders headers, string name) =>
        new(headers, name, headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? [.. values] : null);

    public void Restore()
    {
        Headers.Remove(Name);
        if (Values is not null)
        {
            Headers.TryAddWithoutValidation(Name, Values);
        }
    }
}
