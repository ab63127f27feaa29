using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OneBadOfTen;

/// <summary>What the command line asks for.</summary>
internal sealed record Settings
{
    public const string Usage = """
        dotnet run -c Release --project samples/OneBadOfTen [-- options]

          --seconds 10          how long each contender is measured: 1 to 600
          --rate 400            calls per second: 1 to 5000
          --fault 503           what the bad server does: 503 (at once), slow (200 ms late), silent (never answers),
                                killed (gone from 2/8 to 5/8 of the time), none
          --only all            by-hand, as-shipped, tuned or ours; strategies (ours with each strategy that does not hash), or
                                one of those: random, least-request, least-connections, least-load
          --per-try-timeout 1   in seconds, for every contender; as shipped if not given, but 1 with --fault silent
        """;

    public TimeSpan Duration { get; private init; } = TimeSpan.FromSeconds(10);

    public int Rate { get; private init; } = 400;

    public Fault Fault { get; private init; } = Fault.Answers503;

    public IReadOnlyList<Contender> Contenders { get; private init; } = Contender.All;

    /// <summary>The limit of one attempt, for all contenders alike; null leaves each the limit it comes with.</summary>
    public TimeSpan? PerTryTimeout { get; private init; }

    public static bool TryParse(string[] args, out Settings settings, [NotNullWhen(false)] out string? complaint)
    {
        settings = new Settings();
        complaint = null;
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : "";
            if (settings.With(args[i], value) is not { } changed)
            {
                complaint = $"'{$"{args[i]} {value}".TrimEnd()}' is not understood.";
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

    private static bool IsNumber(string text, int least, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most;
}
