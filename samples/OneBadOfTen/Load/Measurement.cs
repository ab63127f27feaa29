namespace OneBadOfTen;

/// <summary>The results of one contender: calls, requests received by the servers, and reactions of the client.</summary>
internal sealed class Measurement
{
    private readonly TimeSpan[] _elapsed;
    private readonly Dictionary<CallEnd, int> _ends;

    public Measurement(IReadOnlyCollection<CallResult> calls, Arrivals arrivals, Reactions reactions)
    {
        _elapsed = [.. calls.Select(call => call.Elapsed).Order()];
        _ends = calls.CountBy(call => call.End).ToDictionary();
        Arrivals = arrivals;
        CircuitOpened = reactions.CircuitOpened;
        Ejected = reactions.Ejected;
        EjectedAfter = reactions.EjectedAfter;
    }

    public Arrivals Arrivals { get; }

    public long CircuitOpened { get; }

    public long Ejected { get; }

    public TimeSpan EjectedAfter { get; }

    public int Calls => _elapsed.Length;

    public int Failed => Calls - Count(CallEnd.Success);

    public double SuccessShare => (double)Count(CallEnd.Success) / Calls;

    public double AttemptsPerCall => (double)Arrivals.All / Calls;

    public int Count(CallEnd end) => _ends.GetValueOrDefault(end);

    /// <summary>Over all calls, including failed ones, because callers wait for failures too.</summary>
    public double PercentileMilliseconds(double share) => _elapsed[(int)Math.Ceiling(share * Calls) - 1].TotalMilliseconds;
}
