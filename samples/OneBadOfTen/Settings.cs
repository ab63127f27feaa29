using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OneBadOfTen;

/// <summary>The parsed command line.</summary>
internal sealed record Settings
{
    public const string Usage = """
        dotnet run -c Release --project samples/OneBadOfTen [-- options]

          --seconds 10          duration of each measurement: 1 to 600
          --rate 400            calls per second: 1 to 5000
          --fault 503           fault of the bad server: 503 (immediately), slow (by 200 ms), silent (never responds),
                                killed (down from 2/8 to 5/8 of the time), none
          --only all            by-hand, as-shipped, tuned or ours; strategies (ours with each strategy that does not hash), or
                                one of those: random, least-request, least-connections, least-load
          --per-try-timeout 1   in seconds, for all contenders; default: as shipped, but 1 with --fault silent
        """;

    public TimeSpan Duration { get; private init; } = TimeSpan.FromSeconds(10);

    public int Rate { get; private init; } = 400;

    public Fault Fault { get; private init; } = Fault.Returns503;

    public IReadOnlyList<Contender> Contenders { get; private init; } = Contender.All;

    /// <summary>The timeout of one attempt, for all contenders; null: the default of each contender.</summary>
    public TimeSpan? PerTryTimeout { get; private init; }

    public static bool TryParse(string[] args, out Settings settings, [NotNullWhen(false)] out string? error)
    {
        settings = new Settings();
        error = null;
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : "";
            if (settings.With(args[i], value) is not { } changed)
            {
                error = $"'{$"{args[i]} {value}".TrimEnd()}' is not a valid option.";
                return false;
            }

            settings = changed;
        }

        if (settings.Fault == Fault.Silent && settings.PerTryTimeout is null)
        {
            settings = settings with { PerTryTimeout = TimeSpan.FromSeconds(1) };
        }

        return true;
    }

    private Settings? With(string option, string value) => option switch
    {
        "--seconds" when IsNumber(value, 1, 600, out int seconds) => this with { Duration = TimeSpan.FromSeconds(seconds) },
        "--rate" when IsNumber(value, 1, 5000, out int rate) => this with { Rate = rate },
        "--fault" when Fault.Find(value) is { } fault => this with { Fault = fault },
        "--only" when value == "all" => this with { Contenders = Contender.All },
        "--only" when value == "strategies" => this with { Contenders = Contender.Strategies },
        "--only" when Contender.Find(value) is { } contender => this with { Contenders = [contender] },
        "--per-try-timeout" when IsNumber(value, 1, 60, out int limit) => this with { PerTryTimeout = TimeSpan.FromSeconds(limit) },
        _ => null,
    };

    private static bool IsNumber(string text, int min, int max, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= min && number <= max;
}
