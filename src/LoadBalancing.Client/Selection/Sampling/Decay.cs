using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoadBalancing.Client;

/// <summary>
/// exp(-x), too large by up to 6 %: picks ask for it three times each, and what they do with it is guesswork to begin with.
/// </summary>
/// <remarks>
/// The exponent of a floating-point number lies above its mantissa, so that a number of steps 2^52 wide that falls between two powers of two, read as the bits of a number, lies on the straight line between the two
/// (N. Schraudolph, "A fast, compact approximation of the exponential function", 1999). It never rises, has no steps, and comes to nothing in the end.
/// </remarks>
internal static class Decay
{
    private const double MantissaSize = 1L << 52;

    /// <summary>The bits of 1: an exponent is stored too large by 1023.</summary>
    private const double One = 1023 * MantissaSize;

    /// <summary>By how many bits, read as a number, a decay time takes 1 down.</summary>
    public static readonly double Steps = MantissaSize / Math.Log(2);

    /// <summary>What is left after so many steps, of which <see cref="Steps"/> make a decay time; 1 for those not above 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> AfterSteps(Vector256<double> steps)
    {
        Vector256<double> bits = Vector256.Create(One) - Vector256.MaxNative(steps, Vector256<double>.Zero);
        return Vector256.ConvertToInt64Native(Vector256.MaxNative(bits, Vector256<double>.Zero)).AsDouble();
    }

    /// <summary>What is left after <paramref name="x"/> decay times; 1 for those not above 0.</summary>
    public static double After(double x) => AfterSteps(Vector256.Create(x * Steps)).ToScalar();
}
