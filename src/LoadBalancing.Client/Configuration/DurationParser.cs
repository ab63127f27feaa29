using System.Buffers;
using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// Parses durations in configuration: <c>250ms</c>, <c>5s</c>, <c>1m30s</c>, <c>hh:mm:ss</c>, <c>infinite</c>. A number without a unit is rejected:
/// formats disagree on its meaning.
/// </summary>
internal static class DurationParser
{
    public const string Expectation = "a duration is written with its unit, like 250ms, 5s, 1m or 1h, as hh:mm:ss, or as 'infinite'";

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out TimeSpan duration)
    {
        text = text.Trim();
        if (text.Equals("infinite", StringComparison.OrdinalIgnoreCase))
        {
            duration = Timeout.InfiniteTimeSpan;
            return true;
        }

        return text.Contains(':', StringComparison.Ordinal)
            ? TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out duration)
            : TryParseUnits(text, out duration);
    }

    private static bool TryParseUnits(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text.IsEmpty)
        {
            return false;
        }

        double milliseconds = 0;
        while (!text.IsEmpty)
        {
            int digits = text.IndexOfAnyExcept(NumberCharacters);
            if (digits <= 0 || !double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                return false;
            }

            text = text[digits..];
            int letters = text.IndexOfAny(NumberCharacters);
            ReadOnlySpan<char> unit = letters < 0 ? text : text[..letters];
            double factor = unit switch
            {
                "ms" => 1,
                "s" => 1000,
                "m" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                _ => 0,
            };
            if (factor == 0)
            {
                return false;
            }

            milliseconds += number * factor;
            text = letters < 0 ? default : text[letters..];
        }

        if (milliseconds > TimeSpan.MaxValue.TotalMilliseconds / 2)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)Math.Round(milliseconds * TimeSpan.TicksPerMillisecond));
        return true;
    }
}
