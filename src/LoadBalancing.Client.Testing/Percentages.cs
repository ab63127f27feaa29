using System.Globalization;
using System.Runtime.CompilerServices;

namespace LoadBalancing.Client;

/// <summary>Validates percentages.</summary>
internal static class Percentages
{
    public static void ThrowIfOutOfRange(double percent, [CallerArgumentExpression(nameof(percent))] string? name = null)
    {
        if (!(percent is >= 0 and <= 100))
        {
            throw new ArgumentOutOfRangeException(
                name,
                percent,
                string.Create(CultureInfo.InvariantCulture, $"{percent} is out of range; a percentage is a number from 0 to 100."));
        }
    }
}
