namespace LoadBalancing.Client;

/// <summary>Finds the service that a request is for.</summary>
internal interface IServiceRegistry
{
    /// <summary>Null when requests to this host are not balanced.</summary>
    ServiceState? FindByHost(string host);

    /// <summary>The service of a name that is known.</summary>
    ServiceState FindByName(string name);
}
