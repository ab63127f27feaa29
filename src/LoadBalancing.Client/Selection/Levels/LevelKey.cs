namespace LoadBalancing.Client;

/// <summary>Identifies a level from one snapshot to the next; its number does not, because gaps between levels are closed.</summary>
/// <param name="Rank">Its rank by priority and distance.</param>
/// <param name="IsLocality">Whether it is one locality of that rank, and not all of them.</param>
/// <param name="Locality">The locality; null where it is unknown.</param>
internal readonly record struct LevelKey(int Rank, bool IsLocality, string? Locality)
{
    public static LevelKey ForAll(int rank) => new(rank, IsLocality: false, Locality: null);

    public static LevelKey ForLocality(int rank, string? locality) => new(rank, IsLocality: true, locality);
}
