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
    /// <summary>By how many powers of two an exponent is stored too large.</summary>
    private const double Bias = 1023;

    private const double MantissaSize = 1L << 52;

    /// <summary>What is left after <paramref name="x"/> decay times; 1 for those not above 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> After(Vector256<double> x)
    {
        Vector256<double> halvings = Vector256.MaxNative(x * (1 / Math.Log(2)), Vector256<double>.Zero);
        return Vector256.ConvertToInt64Native(Vector256.MaxNative(Vector256.Create(Bias) - halvings, Vector256<double>.Zero) * MantissaSize).AsDouble();
    }

    /// <inheritdoc cref="After(Vector256{double})"/>
    public static double After(double x) => After(Vector256.Create(x)).ToScalar();
}
