namespace OneBadOfTen;

/// <summary>What this library promises in the given case, beside what was seen.</summary>
internal sealed class Verdict
{
    /// <summary>The promise: at most so many of the attempts reach a server that answers 503, or with LeastLoad one that is slow.</summary>
    private const double BadShare = 0.005;

    /// <summary>Five failures in a row eject a server, and as many attempts again may be on their way to it by then.</summary>
    private const int EjectionPlusSlack = 5 + 5;

    /// <summary>The promise of LeastLoad with a slow server: what 99 of 100 callers wait at the most, against 200 ms there.</summary>
    private const double SlowestMilliseconds = 20;

    private readonly Contender _contender;
    private readonly List<(string Expected, string Seen, bool Holds)> _findings = [];

    public Verdict(Contender contender, Fault fault, Measurement measured)
    {
        _contender = contender;
        Expect("every call succeeds", $"{Text.Percent(measured.SuccessShare)}, {measured.Failed} of {measured.Calls} failed", measured.Failed == 0);
        if (fault == Fault.Answers503)
        {
            ExpectFewOnBad(measured.Arrivals);
        }
        else if (fault == Fault.Slow && contender == Contender.LeastLoad)
        {
            ExpectFewOnBad(measured.Arrivals);
            double p99 = measured.PercentileMilliseconds(0.99);
            Expect($"99 of 100 calls take less than {SlowestMilliseconds} ms", $"{p99:0.0} ms", p99 < SlowestMilliseconds);
        }
        else if (fault == Fault.None || fault == Fault.Slow)
        {
            Expect("no server is ejected", measured.Ejected == 0 ? "none was" : $"one was, {Text.Times(measured.Ejected)}", measured.Ejected == 0);
        }
    }

    public bool Holds => _findings.TrueForAll(finding => finding.Holds);

    public void Write(TextWriter output)
    {
        output.WriteLine();
        foreach ((string expected, string seen, bool holds) in _findings)
        {
            output.WriteLine($"{(holds ? "  ok" : "MISS")}  expected of {_contender.Name}: {expected}");
            output.WriteLine($"      seen: {seen}");
        }
    }

    private void ExpectFewOnBad(Arrivals arrivals)
    {
        // A share says nothing about a short run: the five attempts that it takes to judge a server are a large part of few.
        bool isLong = arrivals.All * BadShare >= EjectionPlusSlack;
        long most = isLong ? (long)(arrivals.All * BadShare) : EjectionPlusSlack;
        string expected = isLong
            ? $"at most {Text.Percent(BadShare)} of the attempts reach the bad server, so {most} of {arrivals.All}"
            : $"at most {most} attempts reach the bad server: five to judge it, and five that may be on their way (too short a run for 0.5 %)";
        Expect(expected, $"{arrivals.AtBad} did, {Text.Percent(arrivals.BadShare)}", arrivals.AtBad <= most);
    }

    private void Expect(string expected, string seen, bool holds) => _findings.Add((expected, seen, holds));
}
