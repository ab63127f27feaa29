namespace LoadBalancing.Client;

/// <summary><c>kind: WorkloadEntry</c>.</summary>
internal sealed record WorkloadEntry(DocumentMetadata Metadata, WorkloadEndpoint Endpoint);
