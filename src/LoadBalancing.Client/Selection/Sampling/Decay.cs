using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoadBalancing.Client;

/// <summary>
/// exp(-x), too large by up to 6 %: each pick computes it three times, for an estimate that is rough anyway.
/// </summary>
/// <remarks>
/// The exponent of a floating-point number lies above its mantissa: a multiple of 2^52 between two powers of two, read as the bits of a number, lies on the
/// straight line between the two
/// (N. Schraudolph, "A fast, compact approximation of the exponential function", 1999). The result is monotonic, continuous, and reaches zero.
/// </remarks>
internal static class Decay
{
    private const double MantissaSize = 1L << 52;

    /// <summary>The bits of 1: exponents are stored with a bias of 1023.</summary>
    private const double One = 1023 * MantissaSize;

    /// <summary>The difference of the bits of 1, read as a number, for one decay time.</summary>
    public static readonly double Steps = MantissaSize / Math.Log(2);

    /// <summary>The remainder after a number of steps, of which <see cref="Steps"/> are one decay time; 1 for values not above 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> AfterSteps(Vector256<double> steps)
    {
        Vector256<double> bits = Vector256.Create(One) - Vector256.MaxNative(steps, Vector256<double>.Zero);
        return Vector256.ConvertToInt64Native(Vector256.MaxNative(bits, Vector256<double>.Zero)).AsDouble();
    }

    /// <summary>The remainder after <paramref name="x"/> decay times; 1 for values not above 0.</summary>
    public static double After(double x) => AfterSteps(Vector256.Create(x * Steps)).ToScalar();
}
