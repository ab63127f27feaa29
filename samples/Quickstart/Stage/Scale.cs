namespace Quickstart;

/// <summary>The times of the demo, so short that it can be watched.</summary>
internal static class Scale
{
    /// <summary>Must outlast what is played while a server is out: the rest of the second act, and the third.</summary>
    public static readonly TimeSpan EjectionTime = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a server thinks before it answers.</summary>
    public static readonly TimeSpan ServerTime = TimeSpan.FromMilliseconds(15);

    /// <summary>Then the curtain falls, whatever is on: the whole demo takes at most 30 s.</summary>
    public static readonly TimeSpan LongestPlay = TimeSpan.FromSeconds(27);
}
