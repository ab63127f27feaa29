using System.Text;

namespace LoadBalancing.Client;

/// <summary>What holds for a request, and where each value came from. Immutable; <see cref="ToString"/> has a line for each value.</summary>
public sealed class RequestPolicy
{
    internal RequestPolicy(string service, string? route, IReadOnlyList<PolicyValue> values)
    {
        ServiceName = service;
        Route = route;
        Values = values;
    }

    /// <summary>The service.</summary>
    public string ServiceName { get; }

    /// <summary>The route that fits the request, or that it asks for; null when none does, and the policies of the service hold.</summary>
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
