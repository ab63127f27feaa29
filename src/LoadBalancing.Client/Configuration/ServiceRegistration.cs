namespace LoadBalancing.Client;

/// <summary>What the registration calls said about one service, or, without a name, about all clients. Filled while services are registered, only read afterwards.</summary>
internal sealed class ServiceRegistration
{
    private readonly List<OptionsLayer> _layers = [];
    private readonly List<Func<IServiceProvider, IEndpointSource>> _sources = [];

    public IReadOnlyList<OptionsLayer> Layers => _layers;

    public IReadOnlyList<Func<IServiceProvider, IEndpointSource>> Sources => _sources;

    /// <summary>Whether an HttpClient of this name is balanced, and not only a cluster registered.</summary>
    public bool HasClient { get; set; }

    /// <summary>Whether the client was made for balancing, so that its primary handler starts from our defaults.</summary>
    public bool OwnsClient { get; set; }

    /// <summary>Whether the client was taken out of the balancing, also out of what the defaults of all clients say.</summary>
    public bool IsRemoved { get; private set; }

    /// <summary>Begins anew: what earlier calls configured is dropped.</summary>
    public void Reset(OptionsLayer? layer)
    {
        Clear();
        IsRemoved = false;
        if (layer is not null)
        {
            _layers.Add(layer);
        }
    }

    /// <summary>Undoes all of it.</summary>
    public void Remove()
    {
        Clear();
        IsRemoved = true;
        HasClient = false;
        OwnsClient = false;
    }

    public void Add(OptionsLayer layer) => _layers.Add(layer);

    public void Add(Func<IServiceProvider, IEndpointSource> source) => _sources.Add(source);

    private void Clear()
    {
        _layers.Clear();
        _sources.Clear();
    }
}
