namespace LoadBalancing.Client;

/// <summary>
/// Comparisons whose result is computed without a jump. The operands are random, so a predicted jump is wrong half of the time, and delays the next pick
/// until this one is finished. All differences must fit their type.
/// </summary>
internal static class Branchless
{
    /// <summary>1 where <paramref name="x"/> is at least <paramref name="y"/>, else 0.</summary>
    public static int IsAtLeast(int x, int y) => (int)((uint)~(x - y) >> 31);

    /// <summary><paramref name="first"/> unless <paramref name="b"/> is less than <paramref name="a"/>.</summary>
    public static int ChooseLess(int first, int a, int second, int b) => first + ((second - first) & ((b - a) >> 31));
}
