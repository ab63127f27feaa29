using System.IO.Hashing;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>Which endpoints of a large set this client uses: those that its name ranks first. Compiled from options.</summary>
internal sealed record SubsettingSettings(int Size, string ClientId)
{
    public static SubsettingSettings? From(SubsettingOptions options) =>
        options.Size is { } size ? new SubsettingSettings(size, options.ClientId ?? Environment.MachineName) : null;

    /// <summary>
    /// The client's endpoints, in the order in which they were described: so many, or as many more as it takes for enough of them to be in service. That is never more than it takes to be sure of panic.
    /// </summary>
    public UpstreamEndpoint[] Choose(UpstreamEndpoint[] members, PanicRule panic)
    {
        if (members.Length <= Size)
        {
            return members;
        }

        // Two hashes and no common seed: whoever ranks high for one client must not for the next.
        ulong client = XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(ClientId));
        ulong[] ranks = Array.ConvertAll(members, member => RankOf(member, client));
        int[] order = [.. Enumerable.Range(0, members.Length)];
        Array.Sort(ranks, order);
        int chosen = 0;
        int judged = 0;
        int available = 0;
        while (chosen < order.Length && (chosen < Size || available == 0 || panic.IsInPanic(available, judged)))
        {
            UpstreamEndpoint member = members[order[chosen++]];
            judged += member.Health == EndpointHealth.Untested ? 0 : 1;
            available += member.IsAvailable ? 1 : 0;
        }

        Array.Sort(order, 0, chosen);
        return Array.ConvertAll(order[..chosen], place => members[place]);
    }

    private static ulong RankOf(UpstreamEndpoint member, ulong client)
    {
        string key = member.Description.HashKey is { Length: > 0 } given ? given : member.ToString();
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(key.Length) is var most and <= 1024 ? most : Encoding.UTF8.GetByteCount(key)];
        int length = Encoding.UTF8.GetBytes(key, bytes);
        return XxHash64.HashToUInt64(bytes[..length], unchecked((long)client));
    }
}
