using System.IO.Hashing;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>Selects the endpoints of a large set that this client uses: those ranked first by its name. Compiled from options.</summary>
internal sealed record SubsettingSettings(int Size, string ClientId)
{
    public static SubsettingSettings? From(SubsettingOptions options) =>
        options.Size is { } size ? new SubsettingSettings(size, options.ClientId ?? Environment.MachineName) : null;

    /// <summary>
    /// The client's endpoints, in the order of their descriptions: <see cref="Size"/> of them, or as many more as it takes for enough of them to be available.
    /// That is never more than it takes to be certain of panic.
    /// </summary>
    public UpstreamEndpoint[] Choose(UpstreamEndpoint[] endpoints, PanicRule panic)
    {
        if (endpoints.Length <= Size)
        {
            return endpoints;
        }

        // Two hashes without a common seed: an endpoint ranked high for one client must not be for the next.
        ulong client = XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(ClientId));
        ulong[] ranks = Array.ConvertAll(endpoints, endpoint => RankOf(endpoint, client));
        int[] order = [.. Enumerable.Range(0, endpoints.Length)];
        Array.Sort(ranks, order);
        int chosen = 0;
        int available = 0;
        while (chosen < order.Length && (chosen < Size || available == 0 || panic.IsInPanic(available, chosen)))
        {
            available += endpoints[order[chosen++]].IsAvailable ? 1 : 0;
        }

        Array.Sort(order, 0, chosen);
        return Array.ConvertAll(order[..chosen], index => endpoints[index]);
    }

    private static ulong RankOf(UpstreamEndpoint endpoint, ulong client)
    {
        string key = endpoint.Description.HashKey is { Length: > 0 } given ? given : endpoint.ToString();
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(key.Length) is var max and <= 1024 ? max : Encoding.UTF8.GetByteCount(key)];
        int length = Encoding.UTF8.GetBytes(key, bytes);
        return XxHash64.HashToUInt64(bytes[..length], unchecked((long)client));
    }
}
