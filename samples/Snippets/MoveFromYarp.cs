using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

/// <summary>The code of docs/how-to/move-from-yarp.md.</summary>
internal static class MoveFromYarp
{
    public static void Before(WebApplicationBuilder builder)
    {
        // begin-snippet: before-yarp
        builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));
        builder.Services.AddHttpClient("catalog", client => client.BaseAddress = new Uri("http://localhost:5000/catalog/"));
        // end-snippet
    }

    public static void Map(WebApplication app)
    {
        // begin-snippet: before-yarp-map
        app.MapReverseProxy();
        // end-snippet
    }

    public static void After(IServiceCollection services)
    {
        // begin-snippet: after-yarp
        services.AddLoadBalancedHttpClient("catalog");
        // end-snippet
    }
}
