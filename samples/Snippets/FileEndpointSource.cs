using LoadBalancing.Client;

namespace Snippets;

// begin-snippet: endpoint-source
/// <summary>Reads addresses from a file, one per line, and again after each change.</summary>
internal sealed class FileEndpointSource(TimeProvider timeProvider) : IEndpointSource
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public string Name => "file";

    public async IAsyncEnumerable<IReadOnlyList<EndpointDescription>> WatchAsync(
        string serviceName,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string path = $"{serviceName}.endpoints";
        DateTime known = default;
        while (true)
        {
            DateTime written = File.GetLastWriteTimeUtc(path);
            if (written != known)
            {
                known = written;
                string[] lines = await File.ReadAllLinesAsync(path, cancellationToken);
                yield return [.. lines.Select(static line => new EndpointDescription(line))];
            }

            await Task.Delay(Pause, timeProvider, cancellationToken);
        }
    }
}
// end-snippet
