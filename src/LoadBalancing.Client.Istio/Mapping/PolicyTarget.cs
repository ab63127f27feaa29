namespace LoadBalancing.Client;

/// <summary>A service of this library, as documents are looked up for it.</summary>
/// <param name="Name">Its name here.</param>
/// <param name="HostNames">All names by which documents may mean it.</param>
/// <param name="Port">The port at which it is called; null: not said.</param>
/// <param name="Services">The names of all services here.</param>
internal sealed record PolicyTarget(string Name, string[] HostNames, int? Port, IReadOnlyCollection<string> Services);
