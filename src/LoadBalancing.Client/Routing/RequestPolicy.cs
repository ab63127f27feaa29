using System.Text;

namespace LoadBalancing.Client;

/// <summary>The policy that applies to a request, with the source of each value. Immutable; <see cref="ToString"/> has a line for each value.</summary>
public sealed class RequestPolicy
{
    internal RequestPolicy(string service, string? route, IReadOnlyList<PolicyValue> values)
    {
        ServiceName = service;
        Route = route;
        Values = values;
    }

    /// <summary>The service's name.</summary>
    public string ServiceName { get; }

    /// <summary>The route that matches the request, or that it selects by name; null when there is none, and the service's policies apply.</summary>
    public string? Route { get; }

    /// <summary>The values, by the names of their options.</summary>
    public IReadOnlyList<PolicyValue> Values { get; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder(Route is null ? $"service '{ServiceName}', no route" : $"service '{ServiceName}', route '{Route}'");
        foreach (PolicyValue value in Values)
        {
            text.Append('\n').Append(value);
        }

        return text.ToString();
    }
}
