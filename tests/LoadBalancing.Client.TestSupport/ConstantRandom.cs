namespace LoadBalancing.Client.TestSupport;

/// <summary>
/// Draws the same relative position in every range. With 0, the default, backoff and jitter are zero. Round robin cursors start at their beginning in any
/// case, so that the first pick is the second endpoint.
/// </summary>
public sealed class ConstantRandom : RandomSource
{
    private readonly double _share;

    /// <param name="share">The relative position of each draw, 0 to below 1.</param>
    public ConstantRandom(double share = 0) => _share = share;

    public override ulong NextUInt64() => 0;

    public override double NextDouble() => _share;
}
