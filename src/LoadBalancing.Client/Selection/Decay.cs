using System.Runtime.CompilerServices;

namespace LoadBalancing.Client;

/// <summary>exp(-x) to three digits, from a table: picks ask for it three times each.</summary>
internal static class Decay
{
    private const int StepsPerUnit = 16;

    /// <summary>Beyond this nothing is left to speak of.</summary>
    private const int Longest = 16;

    private static readonly double[] Table = [.. Enumerable.Range(0, (Longest * StepsPerUnit) + 2).Select(static step => Math.Exp(-(double)step / StepsPerUnit))];

    /// <summary>What is left after <paramref name="x"/> decay times; 1 for those not above 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double After(double x)
    {
        if (!(x > 0))
        {
            return 1;
        }

        if (x >= Longest)
        {
            return 0;
        }

        double position = x * StepsPerUnit;
        int step = (int)position;
        return Table[step] + ((position - step) * (Table[step + 1] - Table[step]));
    }
}
