using System.Globalization;
using System.Runtime.CompilerServices;

namespace LoadBalancing.Client;

/// <summary>Validates percentages.</summary>
internal static class Percentages
{
    public static void ThrowIfOutOfRange(double percentage, [CallerArgumentExpression(nameof(percentage))] string? name = null)
    {
        if (!(percentage is >= 0 and <= 100))
        {
            throw new ArgumentOutOfRangeException(
                name,
                percentage,
                string.Create(CultureInfo.InvariantCulture, $"{percentage} is out of range; a percentage is a number from 0 to 100."));
        }
    }
}
