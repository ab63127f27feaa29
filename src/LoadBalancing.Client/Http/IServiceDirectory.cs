namespace LoadBalancing.Client;

/// <summary>Finds the service that a request is for.</summary>
internal interface IServiceDirectory
{
    /// <summary>Null when requests to this host are not balanced.</summary>
    BalancedService? FindByHost(string host);

    /// <summary>The service of a name that is known.</summary>
    BalancedService FindByName(string name);
}
