namespace OneBadOfTen;

/// <summary>The expectations of this library for a fault, compared with the measurement.</summary>
internal sealed class Verdict
{
    /// <summary>The maximum share of attempts that reach a server that returns 503, or with LeastLoad one that is slow.</summary>
    private const double BadShare = 0.005;

    /// <summary>Five consecutive failures eject a server, and as many more attempts may be in flight at that time.</summary>
    private const int EjectionPlusSlack = 5 + 5;

    /// <summary>The maximum 99th percentile of LeastLoad with a server that takes 200 ms.</summary>
    private const double SlowestMilliseconds = 20;

    private readonly Contender _contender;
    private readonly List<(string Expected, string Seen, bool Holds)> _findings = [];

    public Verdict(Contender contender, Fault fault, Measurement measured)
    {
        _contender = contender;
        Expect("every call succeeds", $"{Text.Percent(measured.SuccessShare)}, {measured.Failed} of {measured.Calls} failed", measured.Failed == 0);
        if (fault == Fault.Returns503)
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
            Expect("no server is ejected", measured.Ejected == 0 ? "none" : $"ejected {Text.Times(measured.Ejected)}", measured.Ejected == 0);
        }
    }

    public bool Holds => _findings.TrueForAll(finding => finding.Holds);

    public void Write(TextWriter output)
    {
        output.WriteLine();
        foreach ((string expected, string seen, bool holds) in _findings)
        {
            output.WriteLine($"{(holds ? "  ok" : "MISS")}  expected of {_contender.Name}: {expected}");
            output.WriteLine($"      actual: {seen}");
        }
    }

    private void ExpectFewOnBad(Arrivals arrivals)
    {
        // The share is not meaningful for a short run, in which the five attempts before an ejection are a large part.
        bool isLong = arrivals.All * BadShare >= EjectionPlusSlack;
        long most = isLong ? (long)(arrivals.All * BadShare) : EjectionPlusSlack;
        string expected = isLong
            ? $"at most {Text.Percent(BadShare)} of the attempts reach the bad server, {most} of {arrivals.All}"
            : $"at most {most} attempts reach the bad server: five before the ejection, and five in flight (the run is too short for 0.5 %)";
        Expect(expected, $"{arrivals.AtBad}, {Text.Percent(arrivals.BadShare)}", arrivals.AtBad <= most);
    }

    private void Expect(string expected, string seen, bool holds) => _findings.Add((expected, seen, holds));
}
