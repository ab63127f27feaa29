using LoadBalancing.Client;
using Microsoft.Extensions.ServiceDiscovery;

namespace Snippets;

// begin-snippet: discovery-source
/// <summary>The endpoints of Microsoft's service discovery.</summary>
internal sealed class DiscoveredEndpoints(ServiceEndpointResolver resolver) : IEndpointSource
{
    public string Name => "service-discovery";

    public async IAsyncEnumerable<IReadOnlyList<EndpointDescription>> WatchAsync(
        string serviceName,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            ServiceEndpointSource found = await resolver.GetEndpointsAsync($"https+http://{serviceName}", cancellationToken);
            yield return [.. found.Endpoints.Select(Describe)];

            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using (found.ChangeToken.RegisterChangeCallback(static state => ((TaskCompletionSource)state!).TrySetResult(), changed))
            {
                await changed.Task.WaitAsync(cancellationToken);
            }
        }
    }

    private static EndpointDescription Describe(ServiceEndpoint endpoint)
    {
        // It has a scheme if configuration has one; otherwise it is a host with an optional port.
        string text = endpoint.ToString()!;
        var address = new Uri(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}");
        return new EndpointDescription(address.ToString()) { Hostname = address.Host };
    }
}
// end-snippet
