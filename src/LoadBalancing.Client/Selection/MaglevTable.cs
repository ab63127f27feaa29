using System.IO.Hashing;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>
/// The lookup table of Maglev (Eisenbud and others, NSDI 2016), slot for slot the one that Envoy builds: the owners, in the order of their keys, take turns in claiming the next free slot of a
/// permutation of their own, those of a smaller share not every turn.
/// </summary>
internal sealed class MaglevTable : KeyTable
{
    private readonly FastModulo _modulo;

    public MaglevTable(KeyOwner[] owners, int size)
        : base(owners)
    {
        _modulo = new FastModulo(size);
        int[] slots = new int[size];
        Array.Fill(slots, -1);
        var next = new uint[owners.Length];
        var skip = new uint[owners.Length];
        var due = new double[owners.Length];
        for (int i = 0; i < owners.Length; i++)
        {
            byte[] key = Encoding.UTF8.GetBytes(owners[i].Key);
            next[i] = (uint)(XxHash64.HashToUInt64(key) % (ulong)size);
            skip[i] = (uint)(size == 1 ? 0 : (XxHash64.HashToUInt64(key, 1) % (ulong)(size - 1)) + 1);
        }

        double largest = owners.Max(static owner => owner.Share);
        int taken = 0;
        for (uint round = 1; taken < size; round++)
        {
            for (int i = 0; i < owners.Length && taken < size; i++)
            {
                if (round * owners[i].Share < due[i])
                {
                    continue;
                }

                due[i] += largest;
                uint slot = next[i];
                while (slots[slot] >= 0)
                {
                    slot = Step(slot, skip[i], size);
                }

                slots[slot] = i;
                next[i] = Step(slot, skip[i], size);
                taken++;
            }
        }

        Slots = slots;
    }

    public override int SlotOf(ulong hash) => _modulo.Of(hash);

    private static uint Step(uint slot, uint skip, int size)
    {
        uint next = slot + skip;
        return next >= (uint)size ? next - (uint)size : next;
    }
}
