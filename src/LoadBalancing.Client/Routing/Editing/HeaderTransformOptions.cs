namespace LoadBalancing.Client;

/// <summary>Changes to the headers of a message: first <see cref="Remove"/>, then <see cref="Set"/>, then <see cref="Add"/>. Case does not matter in names.</summary>
public sealed class HeaderTransformOptions
{
    /// <summary>Headers and their values, which take the place of what is there. Empty by default.</summary>
    public IDictionary<string, string> Set { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Headers and values that come after what is there. Empty by default.</summary>
    public IDictionary<string, string> Add { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of headers that are taken away. Empty by default.</summary>
    public IList<string> Remove { get; set; } = [];
}
