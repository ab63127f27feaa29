using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Durations in Go's format, which Istio uses: <c>1h2m3.5s</c>, <c>250ms</c>.</summary>
internal static class GoDuration
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        ReadOnlySpan<char> rest = text;
        if (rest.IsEmpty || rest.Length > 40)
        {
            return false;
        }

        if (rest is "0")
        {
            return true;
        }

        decimal ticks = 0;
        while (!rest.IsEmpty)
        {
            int digits = rest.IndexOfAnyExceptInRange('.', '9');
            if (digits <= 0
                || rest[..digits].Contains('/')
                || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
            {
                return false;
            }

            rest = rest[digits..];
            int letters = rest.IndexOfAnyInRange('.', '9');
            ReadOnlySpan<char> unit = letters < 0 ? rest : rest[..letters];
            decimal factor = unit switch
            {
                "ns" => 0.01m,
                "us" or "\u00B5s" or "\u03BCs" => 10,
                "ms" => TimeSpan.TicksPerMillisecond,
                "s" => TimeSpan.TicksPerSecond,
                "m" => TimeSpan.TicksPerMinute,
                "h" => TimeSpan.TicksPerHour,
                _ => 0,
            };
            if (factor == 0 || number > 1_000_000_000_000m)
            {
                return false;
            }

            ticks += number * factor;
            rest = letters < 0 ? default : rest[letters..];
        }

        if (ticks > long.MaxValue / 4)
        {
            return false;
        }

        // Rounds up to ticks of 100 ns; callers reject anything shorter than a millisecond.
        duration = new TimeSpan((long)Math.Ceiling(ticks));
        return true;
    }

    /// <summary>Formats a duration for the options reader, as short as possible.</summary>
    public static string Format(TimeSpan duration) =>
        duration == Timeout.InfiniteTimeSpan ? "infinite"
        : duration == TimeSpan.Zero ? "0s"
        : duration.Ticks % TimeSpan.TicksPerHour == 0 ? string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / TimeSpan.TicksPerHour}h")
        : duration.Ticks % TimeSpan.TicksPerMinute == 0 ? string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / TimeSpan.TicksPerMinute}m")
        : duration.Ticks % TimeSpan.TicksPerSecond == 0 ? string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / TimeSpan.TicksPerSecond}s")
        : string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / TimeSpan.TicksPerMillisecond}ms");
}
