namespace LoadBalancing.Client;

/// <summary>Replaces rules with <c>delegate</c> by the rules of their delegates.</summary>
internal static class Delegation
{
    public static IReadOnlyList<HttpRoute> Resolve(VirtualService service, PolicyCatalog catalog)
    {
        if (service.Http.All(static rule => rule.Delegate is null))
        {
            return service.Http;
        }

        var rules = new List<HttpRoute>();
        foreach (HttpRoute rule in service.Http)
        {
            if (rule.Delegate is not { } reference)
            {
                rules.Add(rule);
            }
            else if (catalog.FindDelegate(reference.Namespace?.Value ?? service.Metadata.Namespace, reference.Name.Value) is { } target)
            {
                rules.AddRange(target.Http.Select(own => Merge(rule, own)).OfType<HttpRoute>());
            }
        }

        return rules;
    }

    /// <summary>Validates the delegations of a service.</summary>
    public static void Validate(VirtualService service, PolicyCatalog catalog, FindingList findings)
    {
        foreach (HttpRoute rule in service.Http)
        {
            if (rule.Delegate is not { } reference)
            {
                continue;
            }

            string @namespace = reference.Namespace?.Value ?? service.Metadata.Namespace;
            if (catalog.FindDelegate(@namespace, reference.Name.Value) is not { } target)
            {
                findings.Error(
                    reference.Name.Location,
                    reference.Name.Path,
                    $"the delegate VirtualService {@namespace}/{reference.Name.Value} (one without hosts) was not found.");
                continue;
            }

            foreach (HttpRoute own in target.Http)
            {
                if (Merge(rule, own) is null)
                {
                    findings.Error(own.Location, own.Path, $"its matches contradict those of the delegating rule at {rule.Location}; no request matches both.");
                }
            }
        }
    }

    /// <summary>
    /// Merges a delegate's rule into the delegating one: matches are intersected, missing parts come from the root. Null if no request can match both.
    /// </summary>
    private static HttpRoute? Merge(HttpRoute root, HttpRoute own)
    {
        List<HttpRouteMatch> matches = root.Matches.Count == 0 ? [.. own.Matches]
            : own.Matches.Count == 0 ? [.. root.Matches]
            : [.. root.Matches.SelectMany(outer => own.Matches.Select(inner => Merge(outer, inner))).OfType<HttpRouteMatch>()];
        if (matches.Count == 0 && (root.Matches.Count > 0 || own.Matches.Count > 0))
        {
            return null;
        }

        return own with
        {
            Name = (root.Name, own.Name) switch
            {
                ({ } outer, { } inner) => inner with { Value = $"{outer.Value}-{inner.Value}" },
                _ => own.Name ?? root.Name,
            },
            Matches = matches,
            Rewrite = own.Rewrite ?? root.Rewrite,
            Timeout = own.Timeout ?? root.Timeout,
            Retries = own.Retries ?? root.Retries,
            Fault = own.Fault ?? root.Fault,
            Headers = own.Headers ?? root.Headers,
        };
    }

    private static HttpRouteMatch? Merge(HttpRouteMatch root, HttpRouteMatch own)
    {
        bool contradicts = IsContradictory(root.Uri, own.Uri) || IsContradictory(root.Scheme, own.Scheme)
            || IsContradictory(root.Method, own.Method) || IsContradictory(root.Authority, own.Authority)
            || (root.Port is { } a && own.Port is { } b && a.Value != b.Value)
            || (root.SourceNamespace is { } c && own.SourceNamespace is { } d && c.Value != d.Value)
            || IsContradictory(root.Headers, own.Headers)
            || IsContradictory(root.QueryParams, own.QueryParams)
            || IsContradictory(root.WithoutHeaders, own.WithoutHeaders);
        if (contradicts)
        {
            return null;
        }

        return own with
        {
            Uri = own.Uri ?? root.Uri,
            IgnoreUriCase = own.Uri is null ? root.IgnoreUriCase : own.IgnoreUriCase,
            Scheme = own.Scheme ?? root.Scheme,
            Method = own.Method ?? root.Method,
            Authority = own.Authority ?? root.Authority,
            Headers = Union(root.Headers, own.Headers),
            WithoutHeaders = Union(root.WithoutHeaders, own.WithoutHeaders),
            QueryParams = Union(root.QueryParams, own.QueryParams),
            Port = own.Port ?? root.Port,
            SourceLabels = [.. root.SourceLabels, .. own.SourceLabels],
            SourceNamespace = own.SourceNamespace ?? root.SourceNamespace,
            Gateways = own.Gateways.Count > 0 ? own.Gateways : root.Gateways,
        };
    }

    private static List<(string Name, StringMatch Condition)> Union(
        IReadOnlyList<(string Name, StringMatch Condition)> root,
        IReadOnlyList<(string Name, StringMatch Condition)> own) =>
        [.. own, .. root.Where(outer => !own.Any(inner => inner.Name == outer.Name))];

    private static bool IsContradictory(
        IReadOnlyList<(string Name, StringMatch Condition)> root,
        IReadOnlyList<(string Name, StringMatch Condition)> own) =>
        root.Any(outer => own.Any(inner =>
            inner.Name == outer.Name && (inner.Condition.Kind != outer.Condition.Kind || inner.Condition.Text != outer.Condition.Text)));

    /// <summary>A delegate may narrow a prefix. Everything else must be equal, as in the mesh, which does not compare regular expressions.</summary>
    private static bool IsContradictory(StringMatch? root, StringMatch? own)
    {
        if (root is null || own is null)
        {
            return false;
        }

        return root.Kind == StringMatchKind.Prefix && own.Kind is StringMatchKind.Prefix or StringMatchKind.Exact
            ? !own.Text.StartsWith(root.Text, StringComparison.Ordinal)
            : root.Kind != own.Kind || root.Text != own.Text;
    }
}
