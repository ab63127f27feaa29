using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace LoadBalancing.Client;

/// <summary>
/// The caller is the sender of the request that is being served. Its address is that of the connection, as set by the forwarded-headers middleware, which alone
/// decides which proxies to trust.
/// </summary>
internal sealed class HttpContextCallerContext : ICallerContext
{
    private readonly IHttpContextAccessor _accessor;

    public HttpContextCallerContext(IHttpContextAccessor accessor) => _accessor = accessor;

    public IPAddress? CallerAddress => _accessor.HttpContext?.Connection.RemoteIpAddress;

    public string? GetHeader(string name) =>
        _accessor.HttpContext is { } context && context.Request.Headers.TryGetValue(name, out StringValues values) && values.Count > 0
            ? values.ToString()
            : null;

    /// <remarks>A cookie that was set while serving this request applies immediately, because all calls made for the request belong together.</remarks>
    public string? GetCookie(string name) =>
        _accessor.HttpContext is not { } context ? null
        : context.Items.TryGetValue(new IssuedCookie(name), out object? given) ? (string?)given
        : context.Request.Cookies[name];

    public bool TrySetCookie(string name, string value, TimeSpan ttl, string path)
    {
        // Cookies cannot be added after the response has started, and a cookie of that name that the application has set is not replaced.
        if (_accessor.HttpContext is not { } context
            || context.Response.HasStarted
            || (HasSetCookie(context.Response, name) && !context.Items.ContainsKey(new IssuedCookie(name))))
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

    /// <summary>The key of an issued cookie in the context's items; private, so that it cannot collide with others.</summary>
    private sealed record IssuedCookie(string Name);
}
