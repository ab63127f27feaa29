namespace LoadBalancing.Client.TestSupport;

/// <summary>Draws the same number every time. With 0, the least there is, a rotation starts at its beginning, and back-off and jitter are none.</summary>
public sealed class ConstantRandom : RandomSource
{
    private readonly double _share;

    /// <param name="share">0 to below 1: where in its range each draw lies.</param>
    public ConstantRandom(double share = 0) => _share = share;

    public override ulong NextUInt64() => (ulong)(_share * ulong.MaxValue);

    public override double NextDouble() => _share;
}
