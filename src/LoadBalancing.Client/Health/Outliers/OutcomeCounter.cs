namespace LoadBalancing.Client;

/// <summary>
/// Counts the attempts of one generation of an endpoint, and the successful ones among them, since the counts were last taken. Generation and both
/// counts share one word, so that no attempt is lost between two takes and no attempt of an earlier generation counts for a later one.
/// </summary>
/// <remarks>A field of the object that every attempt writes to, so that no second object has to be fetched.</remarks>
internal struct OutcomeCounter
{
    private const int CountBits = 24;
    private const ulong CountMask = (1UL << CountBits) - 1;
    private const int GenerationShift = 2 * CountBits;
    private ulong _word;

    /// <param name="owner">The object that contains this field.</param>
    /// <param name="generation">The generation of the endpoint.</param>
    /// <param name="success">Whether the attempt succeeded.</param>
    public void Add(object owner, uint generation, bool success)
    {
        while (true)
        {
            Interleaving.Reads(owner);
            ulong word = Volatile.Read(ref _word);
            if (word != 0 && (short)((ushort)(word >> GenerationShift) - (ushort)generation) > 0)
            {
                // A later generation is being counted already.
                return;
            }

            bool isSameGeneration = word >> GenerationShift == (ushort)generation;
            ulong total = isSameGeneration ? word & CountMask : 0;
            ulong succeeded = isSameGeneration ? (word >> CountBits) & CountMask : 0;
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

    /// <summary>Takes and clears the counts.</summary>
    /// <param name="owner">The object that contains this field.</param>
    /// <param name="generation">The requested generation; the counts of any other generation are zero.</param>
    public OutcomeTotals Take(object owner, uint generation)
    {
        Interleaving.Writes(owner);
        ulong word = Interlocked.Exchange(ref _word, 0);
        return word >> GenerationShift == (ushort)generation ? new OutcomeTotals((uint)((word >> CountBits) & CountMask), (uint)(word & CountMask)) : default;
    }
}
