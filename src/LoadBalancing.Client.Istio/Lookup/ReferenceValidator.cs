namespace LoadBalancing.Client;

/// <summary>Validates references between documents.</summary>
internal static class ReferenceValidator
{
    public static void Validate(PolicyCatalog catalog, FindingList findings)
    {
        foreach (VirtualService service in catalog.VirtualServices)
        {
            Delegation.Validate(service, catalog, findings);
            foreach (HttpRouteDestination destination in service.Http.SelectMany(static rule => rule.Destinations))
            {
                string[] names = catalog.ExpandHost(destination.Host.Value, service.Metadata.Namespace);
                CheckPort(destination, catalog.FindPort(names), findings);
                if (destination.Subset is { } subset
                    && catalog.FindDestinationRule(names)?.Subsets.Any(known => known.Name.Value == subset.Value) != true)
                {
                    findings.Error(
                        subset.Location,
                        subset.Path,
                        $"no DestinationRule that applies to this client defines subset '{subset.Value}' of host '{destination.Host.Value}'.");
                }
            }
        }
    }

    /// <summary>An endpoint address has a single port, so a rule can refer only to that one.</summary>
    private static void CheckPort(HttpRouteDestination destination, int? known, FindingList findings)
    {
        if (destination.Port is not { } port)
        {
            return;
        }

        if (known is null)
        {
            findings.Warn(
                port.Location,
                port.Path,
                $"has no effect: the port of '{destination.Host.Value}' is part of its endpoint addresses. To have it checked, set Ports in "
                + "IstioClientOptions.");
        }
        else if (port.Value != known)
        {
            findings.Error(
                port.Location,
                port.Path,
                $"not supported: '{destination.Host.Value}' is called at port {known} here, and each endpoint has a single port.");
        }
    }
}
