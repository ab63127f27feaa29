namespace LoadBalancing.Client;

/// <summary>The faults of the current asynchronous flow.</summary>
public static class FaultFlow
{
    /// <summary>The name of a header for <see cref="InjectedFaults.Token"/>. It is not read automatically; the application must read it in its tests.</summary>
    public const string HeaderName = "LoadBalancing-Faults";

    private static readonly AsyncLocal<Link?> Current = new();

    /// <summary>Applies faults that were injected in another flow to the rest of the current flow, until the result is disposed.</summary>
    /// <param name="token">The <see cref="InjectedFaults.Token"/> of the faults, for example from a header; null or empty: none.</param>
    public static IDisposable Enter(string? token)
    {
        var entry = new Entry(Current.Value);
        if (!string.IsNullOrEmpty(token))
        {
            Add(token);
        }

        return entry;
    }

    internal static void Add(string token) => Current.Value = new Link(token, Current.Value);

    internal static void Remove(string token) => Current.Value = Without(Current.Value, token);

    internal static bool Contains(string token)
    {
        for (Link? link = Current.Value; link is not null; link = link.Outer)
        {
            if (link.Token == token)
            {
                return true;
            }
        }

        return false;
    }

    private static Link? Without(Link? link, string token) =>
        link is null ? null : link.Token == token ? link.Outer : new Link(link.Token, Without(link.Outer, token));

    private sealed record Link(string Token, Link? Outer);

    private sealed class Entry(Link? before) : IDisposable
    {
        public void Dispose() => Current.Value = before;
    }
}
