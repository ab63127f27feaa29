namespace LoadBalancing.Client;

/// <summary>The service that documents are mapped to.</summary>
/// <param name="Name">The service name.</param>
/// <param name="HostNames">All fully qualified host names of the service.</param>
/// <param name="Port">The port of the service; null if unknown.</param>
/// <param name="Services">The names of all services of the application.</param>
internal sealed record PolicyTarget(string Name, string[] HostNames, int? Port, IReadOnlyCollection<string> Services);
