namespace LoadBalancing.Client;

/// <summary>Validates hash policies of a service or a route.</summary>
internal static class HashPolicyOptionsValidator
{
    public static void Validate(IList<HashPolicyOptions> policies, ValidationErrors errors)
    {
        for (int i = 0; i < policies.Count; i++)
        {
            CheckPolicy(policies[i], i, errors);
        }
    }

    private static void CheckPolicy(HashPolicyOptions? policy, int i, ValidationErrors errors)
    {
        bool[] inputs = [policy?.Header is not null, policy?.Cookie is not null, policy?.QueryParameter is not null, policy?.CallerAddress is true];
        int count = inputs.Count(static isSet => isSet);
        if (count != 1)
        {
            errors.Add($"HashPolicies:{i}", $"it sets {count} inputs; set exactly one of Header, Cookie, QueryParameter and CallerAddress.");
        }

        if (policy?.Header is { } header && !HeaderValidator.IsToken(header))
        {
            errors.Add($"HashPolicies:{i}:Header", $"'{header}' is not a valid header name; write it like 'X-User'.");
        }

        if (policy?.QueryParameter is "")
        {
            errors.Add($"HashPolicies:{i}:QueryParameter", "it is empty; set the name of a query parameter, like 'user'.");
        }

        if (policy?.Cookie is { } cookie)
        {
            CookieValidator.CheckName($"HashPolicies:{i}:Cookie:Name", cookie.Name, errors);
            CookieValidator.CheckTtl($"HashPolicies:{i}:Cookie:Ttl", cookie.Ttl, errors);
            CookieValidator.CheckPath($"HashPolicies:{i}:Cookie:Path", cookie.Path, errors);
        }
    }
}
