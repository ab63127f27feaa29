namespace LoadBalancing.Client;

/// <summary>What the registration calls said about one service, or, without a name, about all clients. Filled while services are registered, only read afterwards.</summary>
internal sealed class ServiceRegistration
{
    private readonly List<OptionsLayer> _layers = [];
    private readonly List<Func<IServiceProvider, IEndpointSource>> _sources = [];
    private OptionsLayer? _section;

    /// <summary>The section by name or its replacement, if either is read, and above it what was registered, in order.</summary>
    public IEnumerable<OptionsLayer> Layers => _section is null ? _layers : _layers.Prepend(_section);

    public IReadOnlyList<Func<IServiceProvider, IEndpointSource>> Sources => _sources;

    /// <summary>Whether an HttpClient of this name is balanced, and not only a cluster registered.</summary>
    public bool HasClient { get; set; }

    /// <summary>Whether the client was made for balancing, so that its primary handler starts from our defaults.</summary>
    public bool OwnsClient { get; set; }

    /// <summary>Whether the client was taken out of the balancing, also out of what the defaults of all clients say.</summary>
    public bool IsRemoved { get; private set; }

    /// <summary>Drops what earlier registration calls and their builders configured.</summary>
    /// <param name="readsSectionByName">Whether the options begin with <c>LoadBalancing:{name}</c>.</param>
    public void Reset(bool readsSectionByName)
    {
        Clear();
        IsRemoved = false;
        _section = readsSectionByName ? OptionsLayer.FromConvention() : null;
    }

    /// <summary>Undoes all of it.</summary>
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
