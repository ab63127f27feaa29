namespace LoadBalancing.Client.TestSupport;

/// <summary>
/// Draws the same share of every range. With 0, the least there is, back-off and jitter are none. Rotations start at their beginning in any case, so that the first pick is the second endpoint.
/// </summary>
public sealed class ConstantRandom : RandomSource
{
    private readonly double _share;

    /// <param name="share">0 to below 1: where in its range each draw lies.</param>
    public ConstantRandom(double share = 0) => _share = share;

    public override ulong NextUInt64() => 0;

    public override double NextDouble() => _share;
}
