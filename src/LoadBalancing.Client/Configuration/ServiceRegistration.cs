namespace LoadBalancing.Client;

/// <summary>The registration of one service or, without a name, of all clients. Written while services are registered, read-only afterwards.</summary>
internal sealed class ServiceRegistration
{
    private readonly List<OptionsLayer> _layers = [];
    private readonly List<Func<IServiceProvider, IEndpointSource>> _sources = [];
    private OptionsLayer? _section;

    /// <summary>The section by name or its replacement, if either is read, followed by the registered layers in order.</summary>
    public IEnumerable<OptionsLayer> Layers => _section is null ? _layers : _layers.Prepend(_section);

    public IReadOnlyList<Func<IServiceProvider, IEndpointSource>> Sources => _sources;

    /// <summary>Whether an HttpClient of this name is balanced; false when only a cluster is registered.</summary>
    public bool HasClient { get; set; }

    /// <summary>
    /// Whether the client was registered with <c>AddLoadBalancedHttpClient</c>, so that its primary handler starts from the library's defaults.
    /// </summary>
    public bool OwnsClient { get; set; }

    /// <summary>Whether balancing was removed from the client, including the defaults of all clients.</summary>
    public bool IsRemoved { get; private set; }

    /// <summary>Removes the configuration of earlier registration calls and their builders.</summary>
    /// <param name="readsSectionByName">Whether the options begin with <c>LoadBalancing:{name}</c>.</param>
    public void Reset(bool readsSectionByName)
    {
        Clear();
        IsRemoved = false;
        _section = readsSectionByName ? OptionsLayer.FromConvention() : null;
    }

    /// <summary>Removes the registration.</summary>
    public void Remove()
    {
        Clear();
        IsRemoved = true;
        HasClient = false;
        OwnsClient = false;
    }

    /// <summary>Reads another section instead of the one by name, below all other layers.</summary>
    public void ReplaceSection(OptionsLayer section) => _section = section;

    public void Add(OptionsLayer layer) => _layers.Add(layer);

    public void Add(Func<IServiceProvider, IEndpointSource> source) => _sources.Add(source);

    private void Clear()
    {
        _section = null;
        _layers.Clear();
        _sources.Clear();
    }
}
