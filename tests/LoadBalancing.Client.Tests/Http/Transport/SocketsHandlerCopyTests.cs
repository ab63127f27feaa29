using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Reflection;
using System.Text;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Http.Transport;

public sealed class SocketsHandlerCopyTests
{
    /// <summary>The settings that a transport sets itself.</summary>
    private static readonly string[] NotCopied = [nameof(SocketsHttpHandler.ConnectCallback), nameof(
        SocketsHttpHandler.UseProxy), nameof(SocketsHttpHandler.Proxy), nameof(SocketsHttpHandler.DefaultProxyCredentials)];

    public static TheoryData<string> Settings => [.. typeof(SocketsHttpHandler).GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(static property => property.CanWrite && !NotCopied.Contains(property.Name)).Select(static property => property.Name)];

    [Theory]
    [MemberData(nameof(Settings))]
    public void Every_setting_of_the_platform_is_copied(string name)
    {
        PropertyInfo property = typeof(SocketsHttpHandler).GetProperty(name)!;
        using var original = new SocketsHttpHandler();
        object? before = property.GetValue(original);
        object different = Different(property.PropertyType, before);
        property.SetValue(original, different);
        Assert.NotEqual(before, property.GetValue(original));

        using SocketsHttpHandler copy = SocketsHandlerCopy.Of(original);

        Assert.Equal(property.GetValue(original), property.GetValue(copy));
    }

    [Fact]
    public void The_properties_are_copied()
    {
        using var original = new SocketsHttpHandler();
        original.Properties["mine"] = 42;

        using SocketsHttpHandler copy = SocketsHandlerCopy.Of(original);

        Assert.Equal(42, copy.Properties["mine"]);
    }

    [Fact]
    public void The_current_platform_is_supported() => Assert.True(SocketsHandlerCopy.IsSupported);

    private static object Different(Type type, object? value) => value switch
    {
        bool flag => !flag,

        // Multiples of 64 KiB: at least the minimum of one setting, and below the maximum of another.
        int number => number == 131072 ? 65536 : 131072,
        TimeSpan => TimeSpan.FromSeconds(77),
        DecompressionMethods => DecompressionMethods.GZip,
        HttpKeepAlivePingPolicy => HttpKeepAlivePingPolicy.WithActiveRequests,
        _ when type == typeof(CookieContainer) => new CookieContainer(),
        _ when type == typeof(ICredentials) => new NetworkCredential("user", "word"),
        _ when type == typeof(SslClientAuthenticationOptions) => new SslClientAuthenticationOptions { TargetHost = "other" },
        _ when type == typeof(DistributedContextPropagator) => DistributedContextPropagator.CreateNoOutputPropagator(),
        _ when type == typeof(System.Diagnostics.Metrics.IMeterFactory) => new TestMeterFactory(),
        _ when type == typeof(HeaderEncodingSelector<HttpRequestMessage>) => (HeaderEncodingSelector<HttpRequestMessage>)(static (_, _) => Encoding.UTF8),
        _ when type == typeof(Func<SocketsHttpPlaintextStreamFilterContext, CancellationToken, ValueTask<Stream>>) =>
            (Func<SocketsHttpPlaintextStreamFilterContext, CancellationToken, ValueTask<Stream>>)(static (
                context,
                _) => new ValueTask<Stream>(context.PlaintextStream)),
        _ => throw new NotSupportedException($"The platform has a setting of type {type}: copy it, and add a different value to this test."),
    };
}
