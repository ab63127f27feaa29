using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace LoadBalancing.Client;

/// <summary>
/// The caller is the sender of the request that is being served. Its address is that of the connection, as set by the forwarded-headers middleware, which alone
/// decides which proxies to trust.
/// </summary>
/// <remarks>
/// All calls made for one inbound request belong together, so the first cookie of a name that is set for it stays: one decision, one <c>Set-Cookie</c>.
/// An <see cref="HttpContext"/> is not thread-safe, and calls may be made concurrently, so each access holds the lock of its context. Calls that outlive
/// the request have no caller.
/// </remarks>
internal sealed class HttpContextCallerContext : ICallerContext
{
    /// <summary>Servers reuse contexts for later requests, and a lock may be reused with them. All state of a request is in its context.</summary>
    private readonly ConditionalWeakTable<HttpContext, Lock> _locks = [];
    private readonly IHttpContextAccessor _accessor;

    public HttpContextCallerContext(IHttpContextAccessor accessor) => _accessor = accessor;

    public IPAddress? CallerAddress => Use("", static (context, _) => context.Connection.RemoteIpAddress);

    public string? GetHeader(string name) => Use(name, static (context, name) =>
        context.Request.Headers.TryGetValue(name, out StringValues values) && values.Count > 0 ? values.ToString() : null);

    public string? GetCookie(string name) => Use(name, FindCookie);

    public string? GetOrAddCookie(string name, string value, TimeSpan ttl, string path) => Use(
        (name, value, ttl, path),
        static (context, cookie) => FindCookie(context, cookie.name)
            ?? (TryAddCookie(context, cookie.name, cookie.value, cookie.ttl, cookie.path) ? cookie.value : null));

    public bool TrySetCookie(string name, string value, TimeSpan ttl, string path) => Use(
        (name, value, ttl, path),
        static (context, cookie) => TryAddCookie(context, cookie.name, cookie.value, cookie.ttl, cookie.path));

    private TResult? Use<TState, TResult>(TState state, Func<HttpContext, TState, TResult?> use)
    {
        if (_accessor.HttpContext is not { } context)
        {
            return default;
        }

        lock (_locks.GetValue(context, static _ => new Lock()))
        {
            try
            {
                return use(context, state);
            }
            catch (InvalidOperationException)
            {
                // The request has ended meanwhile, and its context is disposed; or its response has started.
                return default;
            }
        }
    }

    /// <remarks>A cookie that was set while serving this request applies immediately.</remarks>
    private static string? FindCookie(HttpContext context, string name) =>
        context.Items.TryGetValue(new IssuedCookie(name), out object? issued) ? (string?)issued : context.Request.Cookies[name];

    /// <summary>Cookies cannot be added after the response has started, and neither this class nor the application sets one twice.</summary>
    private static bool TryAddCookie(HttpContext context, string name, string value, TimeSpan ttl, string path)
    {
        if (context.Response.HasStarted || HasSetCookie(context.Response, name))
        {
            return false;
        }

        context.Response.Cookies.Append(name, value, new CookieOptions
        {
            HttpOnly = true,
            IsEssential = true,
            MaxAge = ttl > TimeSpan.Zero ? ttl : null,
            Path = path,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
        });
        context.Items[new IssuedCookie(name)] = value;
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
