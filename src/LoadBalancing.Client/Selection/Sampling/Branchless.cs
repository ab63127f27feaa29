namespace LoadBalancing.Client;

/// <summary>
/// Comparisons whose outcome becomes a number and not a jump. Draws fall on either side as chance has it; a processor that guesses at a jump on them guesses wrong half of the time, and then begins the next pick
/// only when this one is over. All differences must fit their type.
/// </summary>
internal static class Branchless
{
    /// <summary>1 where <paramref name="x"/> is at least <paramref name="y"/>, else 0.</summary>
    public static int IsAtLeast(int x, int y) => (int)((uint)~(x - y) >> 31);

    public static long Min(long x, long y) => y + ((x - y) & ((x - y) >> 63));

    /// <summary><paramref name="first"/> unless <paramref name="b"/> is less than <paramref name="a"/>.</summary>
    public static int ChooseLess(int first, int a, int second, int b) => first + ((second - first) & ((b - a) >> 31));
}
