using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.AspNetCore.Tests;

/// <summary>Affinity cookies with keys from a Data Protection key ring in a folder that instances of an application share.</summary>
public sealed class DataProtectionKeysTests : IAsyncDisposable
{
    private const string OwnKey = "b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2w=";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("key-ring");

    /// <summary>One hour ahead of the system clock, which the ring uses to date its first key.</summary>
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow.AddHours(1));
    private readonly List<Instance> _instances = [];

    public async ValueTask DisposeAsync()
    {
        foreach (Instance instance in _instances)
        {
            await instance.Provider.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Instances_that_share_a_ring_and_a_name_accept_each_others_cookies()
    {
        Instance first = Start();
        Instance second = Start();
        (AffinityCookieJar Session, string Server)[] callers = await StartSessionsAsync(first, 20);
        Assert.Equal(4, callers.Select(static caller => caller.Server).Distinct().Count());

        foreach ((AffinityCookieJar session, string server) in callers)
        {
            string? cookie = session.GetCookie("lb-endpoint");
            Assert.Equal(server, await CallAsync(second, session));
            Assert.Equal(cookie, session.GetCookie("lb-endpoint"));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cookies_depend_on_the_application_name_and_the_ring(bool sameRing)
    {
        string[] cookies = await CookiesOfAsync(Start());
        DirectoryInfo folder = sameRing ? _folder : _folder.CreateSubdirectory("other");

        Assert.Empty(cookies.Intersect(await CookiesOfAsync(Start(application: sameRing ? "other" : "shop", folder))));
    }

    [Fact]
    public async Task Cookies_of_an_old_key_are_accepted_and_replaced_after_a_rotation()
    {
        Instance instance = Start();
        var session = new AffinityCookieJar();
        string server = await CallAsync(instance, session);
        string? before = session.GetCookie("lb-endpoint");

        instance.Ring.CreateNewKey(DateTimeOffset.UtcNow.AddMinutes(1), DateTimeOffset.UtcNow.AddDays(90));

        Assert.Equal(server, await CallAsync(instance, session));
        Assert.NotEqual(before, session.GetCookie("lb-endpoint"));
        Assert.Equal(server, await CallAsync(instance, session));
    }

    [Fact]
    public async Task Key_before_its_activation_is_accepted_but_not_used_for_signing()
    {
        Instance instance = Start();
        string[] before = await CookiesOfAsync(instance);
        instance.Ring.CreateNewKey(DateTimeOffset.UtcNow.AddDays(1), DateTimeOffset.UtcNow.AddDays(90));
        Assert.Equal(before, await CookiesOfAsync(instance));

        // An instance whose clock is two days ahead already signs with it.
        Instance ahead = Start(time: new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(2)));
        var session = new AffinityCookieJar();
        string server = await CallAsync(ahead, session);
        Assert.DoesNotContain(session.GetCookie("lb-endpoint"), before);
        Assert.Equal(server, await CallAsync(instance, session));
    }

    [Fact]
    public async Task Changes_of_the_ring_by_other_instances_are_detected_after_twelve_hours()
    {
        Instance first = Start();
        Instance second = Start();
        string[] before = await CookiesOfAsync(second);
        first.Ring.CreateNewKey(DateTimeOffset.UtcNow.AddMinutes(1), DateTimeOffset.UtcNow.AddDays(90));
        Assert.Equal(before, await CookiesOfAsync(second));

        _time.Advance(TimeSpan.FromHours(12));

        Assert.Empty(before.Intersect(await CookiesOfAsync(second)));
        Assert.Equal(await CookiesOfAsync(first), await CookiesOfAsync(second));
    }

    [Fact]
    public async Task Cookies_of_a_revoked_key_are_rejected()
    {
        Instance instance = Start();
        string[] before = await CookiesOfAsync(instance);

        instance.Ring.CreateNewKey(DateTimeOffset.UtcNow.AddMinutes(1), DateTimeOffset.UtcNow.AddDays(90));
        IKey old = instance.Ring.GetAllKeys().OrderBy(static key => key.CreationDate).First();
        instance.Ring.RevokeKey(old.KeyId);

        using var probe = new MetricRecorder(instance.Meters);
        var session = new AffinityCookieJar();
        session.TrySetCookie("lb-endpoint", before[0], default, "/");
        await CallAsync(instance, session);
        Assert.Single(probe.Readings, static reading => reading.Instrument.Name == "loadbalancing.client.affinity.ignored");
    }

    [Fact]
    public async Task Keys_of_the_options_are_accepted_in_addition_to_those_of_the_ring()
    {
        Instance before = Start(useRing: false);
        (AffinityCookieJar Session, string Server)[] callers = await StartSessionsAsync(before, 10);

        Instance after = Start(ownKey: OwnKey);

        foreach ((AffinityCookieJar session, string server) in callers)
        {
            string? cookie = session.GetCookie("lb-endpoint");
            Assert.Equal(server, await CallAsync(after, session));
            Assert.NotEqual(cookie, session.GetCookie("lb-endpoint"));
        }
    }

    private Instance Start(string application = "shop", DirectoryInfo? folder = null, string? ownKey = null, bool useRing = true, TimeProvider? time = null)
    {
        var meters = new TestMeterFactory();
        var services = new ServiceCollection();
        services.AddSingleton(time ?? _time);
        services.AddSingleton<System.Diagnostics.Metrics.IMeterFactory>(meters);
        services.AddDataProtection().PersistKeysToFileSystem(folder ?? _folder).SetApplicationName(application);
        IHttpLoadBalancingBuilder client = services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = ["http://10.0.0.1", "http://10.0.0.2", "http://10.0.0.3", "http://10.0.0.4"];
            if (ownKey is not null || !useRing)
            {
                options.SessionAffinity = new SessionAffinityOptions { Keys = [ownKey ?? OwnKey] };
            }
        });
        client.ConfigurePrimaryHttpMessageHandler(
            static () => new StubHandler(static call => new HttpResponseMessage { Content = new StringContent(call.Uri.Host) }));
        if (useRing)
        {
            client.UseDataProtectionKeys();
        }

        var instance = new Instance(services.BuildServiceProvider(), meters);
        _instances.Add(instance);
        return instance;
    }

    private static async Task<(AffinityCookieJar Session, string Server)[]> StartSessionsAsync(Instance instance, int count)
    {
        var callers = new (AffinityCookieJar, string)[count];
        for (int i = 0; i < count; i++)
        {
            var session = new AffinityCookieJar();
            callers[i] = (session, await CallAsync(instance, session));
        }

        return callers;
    }

    /// <summary>The cookies of new callers, one per endpoint.</summary>
    private static async Task<string[]> CookiesOfAsync(Instance instance) =>
        [
            .. (await StartSessionsAsync(instance, 4))
                .OrderBy(static caller => caller.Server, StringComparer.Ordinal)
                .Select(static caller => caller.Session.GetCookie("lb-endpoint")!),
        ];

    private static async Task<string> CallAsync(Instance instance, AffinityCookieJar session)
    {
        using HttpRequestMessage request = new HttpRequestMessage(HttpMethod.Get, "items").LoadBalancing().CallerContext(session).Request;
        using HttpResponseMessage response = await instance.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private sealed record Instance(ServiceProvider Provider, TestMeterFactory Meters)
    {
        public HttpClient Client { get; } = Provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");

        public IKeyManager Ring { get; } = Provider.GetRequiredService<IKeyManager>();
    }
}
