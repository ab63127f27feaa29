namespace Quickstart;

/// <summary>The times of the demo, scaled down.</summary>
internal static class Scale
{
    /// <summary>Must be longer than the acts during which a server is ejected: the rest of the second act, and the third.</summary>
    public static readonly TimeSpan EjectionTime = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(0.5);

    /// <summary>The processing time of a server.</summary>
    public static readonly TimeSpan ServerTime = TimeSpan.FromMilliseconds(15);

    /// <summary>The timeout of the demo, so that it takes at most 30 s.</summary>
    public static readonly TimeSpan LongestPlay = TimeSpan.FromSeconds(27);
}
