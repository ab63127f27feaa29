namespace LoadBalancing.Client;

/// <summary>What documents say about each other.</summary>
internal static class ReferenceValidator
{
    public static void Validate(PolicyCatalog catalog, FindingList findings)
    {
        foreach (VirtualService service in catalog.VirtualServices)
        {
            Delegation.Validate(service, catalog, findings);
            foreach (HttpRouteDestination destination in service.Http.SelectMany(static rule => rule.Destinations))
            {
                CheckPort(destination, catalog.FindPort(catalog.ExpandHost(destination.Host.Value, service.Metadata.Namespace)), findings);
                if (destination.Subset is { } subset
                    && catalog.FindDestinationRule(catalog.ExpandHost(destination.Host.Value, service.Metadata.Namespace))?.Subsets.Any(known => known.Name.Value == subset.Value) != true)
                {
                    findings.Error(subset.Location, subset.Path, $"no DestinationRule that counts for this client has a subset '{subset.Value}' of host '{destination.Host.Value}'.");
                }
            }
        }
    }

    /// <summary>An endpoint's address has one port; which of a service's ports a rule means can only be that one.</summary>
    private static void CheckPort(HttpRouteDestination destination, int? known, FindingList findings)
    {
        if (destination.Port is not { } port)
        {
            return;
        }

        if (known is null)
        {
            findings.Warn(port.Location, port.Path, $"has no effect: the addresses of the endpoints of '{destination.Host.Value}' say at which port they are called. To have it checked, set Ports of the identity.");
        }
        else if (port.Value != known)
        {
            findings.Error(port.Location, port.Path, $"refused: '{destination.Host.Value}' is called at port {known} here, and its endpoints have one port each.");
        }
    }
}
