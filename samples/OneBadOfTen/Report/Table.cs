namespace OneBadOfTen;

/// <summary>Prints a row for each contender after its measurement, with details about failed calls and reactions of the client.</summary>
internal sealed class Table(TextWriter output)
{
    public void Open(Settings settings)
    {
        string limit = settings.PerTryTimeout is { } perTry ? $", per-try timeout {perTry.TotalSeconds} s" : "";
        output.WriteLine($"Ten servers, {settings.Fault.Story}. {settings.Rate} calls/s for {settings.Duration.TotalSeconds} s each{limit}.");
        output.WriteLine("Attempts are counted by the servers. Times include failed calls.");
        output.WriteLine();
        output.WriteLine(
            $"{"",-49} {"success",8} {"p50 ms",8} {"p95 ms",8} {"p99 ms",8} {"attempts on the bad one",24} {"attempts/call",14}");
    }

    public void Add(Contender contender, Measurement measured)
    {
        Arrivals arrivals = measured.Arrivals;
        output.WriteLine(
            $"{contender.Name,-49} {Text.Percent(measured.SuccessShare),8} {Milliseconds(measured, 0.5),8} {Milliseconds(measured, 0.95),8}"
            + $" {Milliseconds(measured, 0.99),8} {$"{arrivals.AtBad} of {arrivals.All} = {Text.Percent(arrivals.BadShare)}",24}"
            + $" {measured.AttemptsPerCall,14:0.000}");
        foreach (string remark in RemarksOn(measured))
        {
            output.WriteLine($"    {remark}");
        }
    }

    private static IEnumerable<string> RemarksOn(Measurement measured)
    {
        if (measured.Failed > 0)
        {
            IEnumerable<CallEnd> ends = Enum.GetValues<CallEnd>().Where(end => end != CallEnd.Success && measured.Count(end) > 0);
            yield return $"failed: {string.Join(", ", ends.Select(end => $"{measured.Count(end)} {end.Describe()}"))}";
        }

        if (measured.CircuitOpened > 0)
        {
            yield return $"the circuit opened {Text.Times(measured.CircuitOpened)}";
        }

        if (measured.Ejected > 0)
        {
            yield return $"ejected a server {Text.Times(measured.Ejected)}, first after {measured.EjectedAfter.TotalSeconds:0.00} s";
        }
    }

    private static string Milliseconds(Measurement measured, double share)
    {
        double milliseconds = measured.PercentileMilliseconds(share);
        return milliseconds.ToString(milliseconds < 100 ? "0.0" : "#,##0");
    }
}
