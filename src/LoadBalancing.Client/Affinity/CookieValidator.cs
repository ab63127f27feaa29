namespace LoadBalancing.Client;

/// <summary>The rules for the cookies of this feature: those that are hashed, and those that name an endpoint.</summary>
internal static class CookieValidator
{
    public static void CheckName(string key, string? name, ValidationErrors errors)
    {
        if (!HeaderValidator.IsToken(name))
        {
            errors.Add(key, $"'{name}' is not the name of a cookie; it has letters, digits and !#$%&'*+-.^_`|~ only, like 'session-affinity'.");
        }
    }

    public static void CheckTtl(string key, TimeSpan? ttl, ValidationErrors errors)
    {
        if (ttl < TimeSpan.Zero)
        {
            errors.Add(key, $"{ttl} is negative; it is zero for a cookie of the browser's session, or longer.");
        }
    }

    public static void CheckPath(string key, string? path, ValidationErrors errors)
    {
        if (path is not ['/', ..] || path.AsSpan().ContainsAnyInRange('\0', ' ') || path.Contains(';', StringComparison.Ordinal))
        {
            errors.Add(key, $"'{path}' is not the path of a cookie; it begins with a slash and has no blanks and semicolons, like '/'.");
        }
    }
}
