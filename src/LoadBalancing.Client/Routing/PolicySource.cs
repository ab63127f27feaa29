namespace LoadBalancing.Client;

/// <summary>Where a value that holds for a request comes from.</summary>
public enum PolicySource
{
    /// <summary>The default of the option: neither the route nor the service sets it.</summary>
    Default = 0,

    /// <summary>The options of the service.</summary>
    Service,

    /// <summary>The options of the route.</summary>
    Route,
}
