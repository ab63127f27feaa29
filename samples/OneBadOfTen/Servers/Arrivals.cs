namespace OneBadOfTen;

/// <summary>Requests as the servers counted them. An attempt that found no connection is not among them.</summary>
internal sealed record Arrivals(IReadOnlyList<long> AtEach)
{
    public long All => AtEach.Sum();

    public long AtBad => AtEach[ServerLoop.BadServer];

    public double BadShare => All == 0 ? 0 : (double)AtBad / All;
}
