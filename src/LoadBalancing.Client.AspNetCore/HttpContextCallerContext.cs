using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace LoadBalancing.Client;

/// <summary>
/// The caller is whoever sent the request that is being served. His address is the connection's, as the forwarded-headers middleware left it: whom that believes is decided there and nowhere else.
/// </summary>
internal sealed class HttpContextCallerContext : ICallerContext
{
    private readonly IHttpContextAccessor _accessor;

    public HttpContextCallerContext(IHttpContextAccessor accessor) => _accessor = accessor;

    public IPAddress? CallerAddress => _accessor.HttpContext?.Connection.RemoteIpAddress;

    public string? GetHeader(string name) =>
        _accessor.HttpContext is { } context && context.Request.Headers.TryGetValue(name, out StringValues values) && values.Count > 0 ? values.ToString() : null;

    /// <remarks>One that was given to the caller while this request is served counts at once: all calls made for it belong together.</remarks>
    public string? GetCookie(string name) =>
        _accessor.HttpContext is not { } context ? null
        : context.Items.TryGetValue(new IssuedCookie(name), out object? given) ? (string?)given
        : context.Request.Cookies[name];

    public bool TrySetCookie(string name, string value, TimeSpan ttl, string path)
    {
        // Once the answer has begun nothing can be added to it, and a cookie of that name that the application set itself is the application's.
        if (_accessor.HttpContext is not { } context || context.Response.HasStarted || (HasSetCookie(context.Response, name) && !context.Items.ContainsKey(new IssuedCookie(name))))
        {
            return false;
        }

        context.Items[new IssuedCookie(name)] = value;
        context.Response.Cookies.Append(name, value, new CookieOptions
        {
            HttpOnly = true,
            IsEssential = true,
            MaxAge = ttl > TimeSpan.Zero ? ttl : null,
            Path = path,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
        });
        return true;
    }

    private static bool HasSetCookie(HttpResponse response, string name)
    {
        foreach (string? line in response.Headers.SetCookie)
        {
            if (line is not null && line.Length > name.Length && line[name.Length] == '=' && line.StartsWith(name, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The key of a cookie given here, which nobody else can have in the context's items.</summary>
    private sealed record IssuedCookie(string Name);
}
