namespace LoadBalancing.Client;

/// <summary>The name of a cluster.</summary>
/// <param name="Service">The name of the service.</param>
/// <param name="Subset">The subset of the service; null for the whole service.</param>
internal sealed record ClusterName(string Service, string? Subset)
{
    /// <summary>The service name, followed by a slash and the subset, if any; for messages and logs.</summary>
    public string FullName { get; } = Subset is null ? Service : $"{Service}/{Subset}";

    /// <summary>The exception of a call that waits for a cluster which is disposed.</summary>
    public ObjectDisposedException CreateStoppedException() =>
        new(objectName: null, $"Service '{FullName}' has stopped: its service provider was disposed, so nothing that the call waits for will come.");
}
