namespace OneBadOfTen;

/// <summary>Requests counted by the servers. Attempts without a connection are not included.</summary>
internal sealed record Arrivals(IReadOnlyList<long> AtEach)
{
    public long All => AtEach.Sum();

    public long AtBad => AtEach[ServerLoop.BadServer];

    public double BadShare => All == 0 ? 0 : (double)AtBad / All;
}
