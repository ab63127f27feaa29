namespace LoadBalancing.Client;

/// <summary>
/// Attempts of one life of an endpoint, and how many of them went well, since somebody last took the count. All three are in one word, so that no attempt is lost between one count and the
/// next and none of an earlier life is held against a later one.
/// </summary>
/// <remarks>A field of the object that every attempt writes to, so that there is no second one to be fetched.</remarks>
internal struct OutcomeCounter
{
    private const int CountBits = 24;
    private const ulong CountMask = (1UL << CountBits) - 1;
    private const int GenerationShift = 2 * CountBits;
    private ulong _word;

    /// <param name="owner">The object that this is a field of.</param>
    /// <param name="generation">The life.</param>
    /// <param name="success">What came of the attempt.</param>
    public void Add(object owner, uint generation, bool success)
    {
        while (true)
        {
            Interleaving.Reads(owner);
            ulong word = Volatile.Read(ref _word);
            if (word != 0 && (short)((ushort)(word >> GenerationShift) - (ushort)generation) > 0)
            {
                // A later life is being counted already.
                return;
            }

            bool sameLife = word >> GenerationShift == (ushort)generation;
            ulong total = sameLife ? word & CountMask : 0;
            ulong succeeded = sameLife ? (word >> CountBits) & CountMask : 0;
            if (total == CountMask)
            {
                return;
            }

            ulong next = ((ulong)(ushort)generation << GenerationShift) | ((succeeded + (success ? 1UL : 0)) << CountBits) | (total + 1);
            Interleaving.Writes(owner);
            if (Interlocked.CompareExchange(ref _word, next, word) == word)
            {
                return;
            }
        }
    }

    /// <summary>Takes the count and begins anew.</summary>
    /// <param name="owner">The object that this is a field of.</param>
    /// <param name="generation">The life that is asked for; of another one there is nothing to tell.</param>
    public OutcomeTotals Take(object owner, uint generation)
    {
        Interleaving.Writes(owner);
        ulong word = Interlocked.Exchange(ref _word, 0);
        return word >> GenerationShift == (ushort)generation ? new OutcomeTotals((uint)((word >> CountBits) & CountMask), (uint)(word & CountMask)) : default;
    }
}
