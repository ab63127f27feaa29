using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.AspNetCore.Tests;

/// <summary>Affinity cookies whose keys come from a Data Protection key ring that lies in a folder, as instances of an application share one.</summary>
public sealed class DataProtectionKeysTests : IAsyncDisposable
{
    private const string OwnKey = "b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2w=";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("key-ring");

    /// <summary>An hour ahead of the system's, by which the ring dates its first key.</summary>
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
    public async Task Two_instances_that_share_a_ring_and_a_name_read_each_others_cookies_without_a_key_in_the_options()
    {
        Instance first = Start();
        Instance second = Start();
        (AffinityCookieJar Session, string Home)[] callers = await SettleAsync(first, 20);
        Assert.Equal(4, callers.Select(static caller => caller.Home).Distinct().Count());

        foreach ((AffinityCookieJar session, string home) in callers)
        {
            string? cookie = session.GetCookie("lb-endpoint");
            Assert.Equal(home, await CallAsync(second, session));
            Assert.Equal(cookie, session.GetCookie("lb-endpoint"));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_application_on_the_same_ring_and_another_ring_make_other_cookies(bool sameRing)
    {
        string[] cookies = await CookiesOfAsync(Start());
        DirectoryInfo folder = sameRing ? _folder : _folder.CreateSubdirectory("other");

        Assert.Empty(cookies.Intersect(await CookiesOfAsync(Start(application: sameRing ? "other" : "shop", folder))));
    }

    [Fact]
    public async Task After_a_rotation_new_cookies_are_signed_with_the_new_key_and_old_ones_still_count_and_are_replaced()
    {
        Instance instance = Start();
        var session = new AffinityCookieJar();
        string home = await CallAsync(instance, session);
        string? before = session.GetCookie("lb-endpoint");

        instance.Ring.CreateNewKey(DateTimeOffset.UtcNow.AddMinutes(1), DateTimeOffset.UtcNow.AddDays(90));

        Assert.Equal(home, await CallAsync(instance, session));
        Assert.NotEqual(before, session.GetCookie("lb-endpoint"));
        Assert.Equal(home, await CallAsync(instance, session));
    }

    [Fact]
    public async Task A_key_that_is_not_in_force_yet_signs_nothing_and_is_accepted()
    {
        Instance instance = Start();
        string[] before = await CookiesOfAsync(instance);
        instance.Ring.CreateNewKey(DateTimeOffset.UtcNow.AddDays(1), DateTimeOffset.UtcNow.AddDays(90));
        Assert.Equal(before, await CookiesOfAsync(instance));

        // An instance whose clock is two days ahead signs with it already.
        Instance ahead = Start(time: new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(2)));
        var session = new AffinityCookieJar();
        string home = await CallAsync(ahead, session);
        Assert.DoesNotContain(session.GetCookie("lb-endpoint"), before);
        Assert.Equal(home, await CallAsync(instance, session));
    }

    [Fact]
    public async Task What_another_instance_did_to_the_ring_is_seen_after_half_a_day()
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
    public async Task Cookies_of_a_key_that_was_revoked_count_no_longer()
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
    public async Task Keys_of_the_options_still_count_beside_those_of_the_ring()
    {
        Instance before = Start(useRing: false);
        (AffinityCookieJar Session, string Home)[] callers = await SettleAsync(before, 10);

        Instance after = Start(ownKey: OwnKey);

        foreach ((AffinityCookieJar session, string home) in callers)
        {
            string? cookie = session.GetCookie("lb-endpoint");
            Assert.Equal(home, await CallAsync(after, session));
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
        client.ConfigurePrimaryHttpMessageHandler(static () => new StubHandler(static call => new HttpResponseMessage { Content = new StringContent(call.Uri.Host) }));
        if (useRing)
        {
            client.UseDataProtectionKeys();
        }

        var instance = new Instance(services.BuildServiceProvider(), meters);
        _instances.Add(instance);
        return instance;
    }

    private static async Task<(AffinityCookieJar Session, string Home)[]> SettleAsync(Instance instance, int count)
    {
        var callers = new (AffinityCookieJar, string)[count];
        for (int i = 0; i < count; i++)
        {
            var session = new AffinityCookieJar();
            callers[i] = (session, await CallAsync(instance, session));
        }

        return callers;
    }

    /// <summary>The cookies that new callers are given, one for each endpoint.</summary>
    private static async Task<string[]> CookiesOfAsync(Instance instance) =>
        [.. (await SettleAsync(instance, 4)).OrderBy(static caller => caller.Home, StringComparer.Ordinal).Select(static caller => caller.Session.GetCookie("lb-endpoint")!)];

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
