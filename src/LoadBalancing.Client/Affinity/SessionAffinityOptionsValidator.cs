namespace LoadBalancing.Client;

/// <summary>Validates session affinity options.</summary>
internal static class SessionAffinityOptionsValidator
{
    private const int MinKeyLength = 32;

    public static void Validate(SessionAffinityOptions options, ValidationErrors errors)
    {
        CookieValidator.CheckName("SessionAffinity:CookieName", options.CookieName, errors);
        CookieValidator.CheckTtl("SessionAffinity:Ttl", options.Ttl, errors);
        CookieValidator.CheckPath("SessionAffinity:Path", options.Path, errors);
        if (options.Keys is null or [])
        {
            errors.Add("SessionAffinity:Keys", "no key is set; without one, callers could forge cookies and choose their endpoints. "
                + "Generate one with 'openssl rand -base64 32' and use it on all instances.");
        }

        // A key is a secret, so errors do not include it.
        for (int i = 0; i < (options.Keys?.Count ?? 0); i++)
        {
            Span<byte> bytes = new byte[options.Keys![i]?.Length ?? 0];
            if (!Convert.TryFromBase64String(options.Keys[i] ?? "", bytes, out int length) || length < MinKeyLength)
            {
                errors.Add($"SessionAffinity:Keys:{i}", $"it is not Base64 of at least {MinKeyLength} bytes; generate one with 'openssl rand -base64 32'.");
            }
        }
    }
}
