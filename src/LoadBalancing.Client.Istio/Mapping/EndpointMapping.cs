using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LoadBalancing.Client;

/// <summary>Maps the endpoints of a ServiceEntry.</summary>
internal static class EndpointMapping
{
    public static void Write(ServiceEntry entry, ServicePort port, PolicyTarget service, PolicyCatalog catalog, PolicyWriter writer)
    {
        string scheme = port.Protocol?.Value.ToUpperInvariant() is "HTTPS" or "TLS" ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        int count = 0;
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (WorkloadEndpoint workload in catalog.GetEndpoints(entry))
        {
            if (workload.Address is not { } address)
            {
                continue;
            }

            int number = workload.Ports.FirstOrDefault(candidate => candidate.Name == port.Name.Value) is { Name: not null } own
                ? own.Port.Value
                : port.TargetPort?.Value ?? port.Number.Value;
            string text = AddressOf(scheme, address.Value, number);
            if (!seen.Add(text))
            {
                // Workloads with the same address are one endpoint.
                continue;
            }

            PolicyWriter endpoint = writer.ForSection("Endpoints", count++);
            endpoint.Set("Address", text, address.Location);
            endpoint.SetIfGiven("Weight", workload.Weight);
            endpoint.SetIfGiven("Locality", workload.Locality);
            foreach ((string key, Located<string> value) in workload.Labels)
            {
                endpoint.Set($"Labels:{key}", value);
            }
        }

        // Without endpoints, the host itself is resolved.
        if (count == 0
            && entry.WorkloadSelector.Count == 0
            && entry.Hosts.FirstOrDefault(IsHostOfService) is { Value: not null } name)
        {
            writer.Set("Endpoints:0:Address", AddressOf(scheme, name.Value, port.TargetPort?.Value ?? port.Number.Value), name.Location);
        }

        bool IsHostOfService(Located<string> host) => catalog.ExpandHost(host.Value, entry.Metadata.Namespace).Intersect(service.HostNames).Any();
    }

    private static string AddressOf(string scheme, string host, int port)
    {
        bool isV6 = IPAddress.TryParse(host, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6;
        return string.Create(CultureInfo.InvariantCulture, $"{scheme}://{(isV6 ? $"[{host}]" : host)}:{port}");
    }
}
