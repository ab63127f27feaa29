namespace LoadBalancing.Client;

/// <summary>Validates cookie options: of hash policies and of session affinity.</summary>
internal static class CookieValidator
{
    public static void CheckName(string key, string? name, ValidationErrors errors)
    {
        if (!HeaderValidator.IsToken(name))
        {
            errors.Add(key, $"'{name}' is not a valid cookie name; use only letters, digits and !#$%&'*+-.^_`|~, like 'session-affinity'.");
        }
    }

    public static void CheckTtl(string key, TimeSpan? ttl, ValidationErrors errors)
    {
        if (ttl < TimeSpan.Zero)
        {
            errors.Add(key, $"{ttl} is negative; it must be zero, for a session cookie, or longer.");
        }
    }

    public static void CheckPath(string key, string? path, ValidationErrors errors)
    {
        if (path is not ['/', ..] || path.AsSpan().ContainsAnyInRange('\0', ' ') || path.Contains(';', StringComparison.Ordinal))
        {
            errors.Add(key, $"'{path}' is not a valid cookie path; it must begin with a slash and must not contain spaces or semicolons, like '/'.");
        }
    }
}
