namespace LoadBalancing.Client;

/// <summary>A set of HTTP statuses, built from ranges. Immutable.</summary>
internal sealed class StatusSet : IEquatable<StatusSet>
{
    private readonly bool[] _has = new bool[StatusRange.Highest + 1];

    /// <param name="ranges">The ranges; invalid ones are ignored.</param>
    public StatusSet(IEnumerable<StatusRange> ranges)
    {
        foreach (StatusRange range in ranges)
        {
            if (range.IsValid)
            {
                _has.AsSpan(range.First, range.Last - range.First + 1).Fill(true);
            }
        }
    }

    public bool Contains(int status) => (uint)status < (uint)_has.Length && _has[status];

    public bool Equals(StatusSet? other) => other is not null && _has.AsSpan().SequenceEqual(other._has);

    public override bool Equals(object? obj) => Equals(obj as StatusSet);

    public override int GetHashCode() => _has.Count(static has => has);
}
