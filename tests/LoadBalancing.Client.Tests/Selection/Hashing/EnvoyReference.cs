namespace LoadBalancing.Client.Tests.Selection.Hashing;

/// <summary>
/// An independent implementation of ring and Maglev table, written from the description of Envoy's algorithms and xxHash's specification, not from the library:
/// slow, plain, for comparison only.
/// </summary>
internal static class EnvoyReference
{
    /// <summary>The hosts with normalised weights, where localities have no weights.</summary>
    public static (string Key, double Normal)[] Normalize(IReadOnlyList<(string Key, double Weight)> hosts)
    {
        double sum = hosts.Sum(static host => host.Weight);
        return [.. hosts.Select(host => (host.Key, host.Weight / sum))];
    }

    /// <summary>
    /// The hosts with normalised weights: first the weight of each locality is divided by the sum of all, with hosts or without; then a host's is multiplied by
    /// that, and divided by the sum of the hosts there.
    /// </summary>
    public static (string Key, double Normal)[] Normalize(
        IReadOnlyList<(string Key, double Weight, string Locality)> hosts,
        IReadOnlyDictionary<string, double> localities)
    {
        double all = localities.Values.Sum();
        return
        [
            .. hosts.Select(host =>
            {
                double sum = hosts.Where(other => other.Locality == host.Locality).Sum(static other => other.Weight);
                return (host.Key, host.Weight * (localities[host.Locality] / all) / sum);
            }),
        ];
    }

    /// <summary>The position of each entry of a ring and its owner, in order; the order of the hosts matters.</summary>
    public static List<(ulong Position, int Host)> Ring(IReadOnlyList<(string Key, double Normal)> hosts, int minimumSize, int maximumSize)
    {
        double[] normal = [.. hosts.Select(static host => host.Normal)];
        double scale = Math.Min(Math.Ceiling(normal.Min() * minimumSize) / normal.Min(), maximumSize);
        var ring = new List<(ulong Position, int Host)>();
        double current = 0;
        double target = 0;
        for (int host = 0; host < hosts.Count; host++)
        {
            target += scale * normal[host];
            int entry = 0;
            while (current < target)
            {
                ring.Add((XxHash64($"{hosts[host].Key}_{entry}", 0), host));
                entry++;
                current++;
            }
        }

        return [.. ring.OrderBy(static entry => entry.Position)];
    }

    /// <summary>The owner of a hash.</summary>
    public static int OwnerOf(ulong hash, List<(ulong Position, int Host)> ring)
    {
        foreach ((ulong position, int host) in ring)
        {
            if (position >= hash)
            {
                return host;
            }
        }

        return ring[0].Host;
    }

    /// <summary>The owner of each entry of a Maglev table; the order of the hosts does not matter.</summary>
    public static int[] Maglev(IReadOnlyList<(string Key, double Normal)> hosts, int size)
    {
        int[] order = [.. Enumerable.Range(0, hosts.Count).OrderBy(host => hosts[host].Key, StringComparer.Ordinal)];
        var claims = new Dictionary<int, IEnumerator<int>>();
        foreach (int host in order)
        {
            long offset = (long)(XxHash64(hosts[host].Key, 0) % (ulong)size);
            long skip = (long)(XxHash64(hosts[host].Key, 1) % (ulong)(size - 1)) + 1;
            claims[host] = Enumerable.Range(0, size).Select(j => (int)((offset + (j * skip)) % size)).GetEnumerator();
        }

        double largest = hosts.Max(static host => host.Normal);
        double[] targets = new double[hosts.Count];
        int?[] table = new int?[size];
        int filled = 0;
        for (int round = 1; ; round++)
        {
            foreach (int host in order)
            {
                if (round * hosts[host].Normal < targets[host])
                {
                    continue;
                }

                targets[host] += largest;
                do
                {
                    claims[host].MoveNext();
                }
                while (table[claims[host].Current] is not null);

                table[claims[host].Current] = host;
                if (++filled == size)
                {
                    return [.. table.Select(static host => host!.Value)];
                }
            }
        }
    }

    /// <summary>xxHash64 as specified.</summary>
    public static ulong XxHash64(string text, ulong seed)
    {
        const ulong P1 = 11400714785074694791;
        const ulong P2 = 14029467366897019727;
        const ulong P3 = 1609587929392839161;
        const ulong P4 = 9650029242287828579;
        const ulong P5 = 2870177450012600261;
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        int at = 0;
        ulong hash;
        if (bytes.Length >= 32)
        {
            ulong[] lanes = [seed + P1 + P2, seed + P2, seed, seed - P1];
            for (; at + 32 <= bytes.Length; at += 32)
            {
                for (int lane = 0; lane < 4; lane++)
                {
                    lanes[lane] = Round(lanes[lane], BitConverter.ToUInt64(bytes, at + (8 * lane)));
                }
            }

            hash = Rotate(lanes[0], 1) + Rotate(lanes[1], 7) + Rotate(lanes[2], 12) + Rotate(lanes[3], 18);
            foreach (ulong lane in lanes)
            {
                hash = ((hash ^ Round(0, lane)) * P1) + P4;
            }
        }
        else
        {
            hash = seed + P5;
        }

        hash += (ulong)bytes.Length;
        for (; at + 8 <= bytes.Length; at += 8)
        {
            hash = (Rotate(hash ^ Round(0, BitConverter.ToUInt64(bytes, at)), 27) * P1) + P4;
        }

        if (at + 4 <= bytes.Length)
        {
            hash = (Rotate(hash ^ (BitConverter.ToUInt32(bytes, at) * P1), 23) * P2) + P3;
            at += 4;
        }

        for (; at < bytes.Length; at++)
        {
            hash = Rotate(hash ^ (bytes[at] * P5), 11) * P1;
        }

        hash = (hash ^ (hash >> 33)) * P2;
        hash = (hash ^ (hash >> 29)) * P3;
        return hash ^ (hash >> 32);

        static ulong Round(ulong lane, ulong input) => Rotate(lane + (input * P2), 31) * P1;

        static ulong Rotate(ulong value, int bits) => (value << bits) | (value >> (64 - bits));
    }
}
