namespace LoadBalancing.Client;

/// <summary>What documents say about each other.</summary>
internal static class LinkCheck
{
    public static void Check(PolicyCatalog catalog, FindingList findings)
    {
        foreach (VirtualService service in catalog.VirtualServices)
        {
            Delegation.Check(service, catalog, findings);
            foreach (RuleDestination destination in service.Http.SelectMany(static rule => rule.Route))
            {
                CheckPort(destination, catalog.PortOf(catalog.NamesOf(destination.Host.Value, service.Head.Namespace)), findings);
                if (destination.Subset is { } subset
                    && catalog.FindRule(catalog.NamesOf(destination.Host.Value, service.Head.Namespace))?.Subsets.Any(known => known.Name.Value == subset.Value) != true)
                {
                    findings.Error(subset.Place, subset.Path, $"no DestinationRule that counts for this client has a subset '{subset.Value}' of host '{destination.Host.Value}'.");
                }
            }
        }
    }

    /// <summary>An endpoint's address has one port; which of a service's ports a rule means can only be that one.</summary>
    private static void CheckPort(RuleDestination destination, int? known, FindingList findings)
    {
        if (destination.Port is not { } port)
        {
            return;
        }

        if (known is null)
        {
            findings.Warn(port.Place, port.Path, $"has no effect: the addresses of the endpoints of '{destination.Host.Value}' say at which port they are called. To have it checked, set Ports of the identity.");
        }
        else if (port.Value != known)
        {
            findings.Error(port.Place, port.Path, $"refused: '{destination.Host.Value}' is called at port {known} here, and its endpoints have one port each.");
        }
    }
}
