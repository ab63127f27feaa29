namespace LoadBalancing.Client;

/// <summary>The remainder of a division by a fixed number, by multiplication: a 64-bit division takes longer than the rest of a pick.</summary>
internal readonly struct FastModulo
{
    private readonly ulong _divisor;
    private readonly ulong _reciprocal;

    /// <param name="divisor">At least 1.</param>
    public FastModulo(int divisor)
    {
        _divisor = (ulong)divisor;
        _reciprocal = ulong.MaxValue / _divisor;
    }

    public int Of(ulong value)
    {
        // Barrett: the quotient computed with the rounded-down reciprocal is too small by at most two.
        ulong remainder = value - (Math.BigMul(value, _reciprocal, out _) * _divisor);
        while (remainder >= _divisor)
        {
            remainder -= _divisor;
        }

        return (int)remainder;
    }
}
