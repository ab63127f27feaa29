using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Tests.Configuration;

/// <summary>Validation errors of options that belong to no single feature, and of configuration that cannot be read.</summary>
public sealed class BadInputTests
{
    [Fact]
    public void Missing_endpoints_and_source_are_reported() => ReportedErrors.AreExactly(
        static options => options.Endpoints = [],
        "catalog:Endpoints: no endpoint is set, and the service has no endpoint source; set at least one address, like 'http://10.0.0.1:8080', or call " +
            "AddEndpointSource.");

    [Theory]
    [InlineData("10.0.0.1", "'10.0.0.1' is not an absolute URI; write it like 'http://10.0.0.1:8080'.")]
    [InlineData("", "the address is empty; write it like 'http://10.0.0.1:8080'.")]
    [InlineData(
        "localhost:5000",
        "'localhost:5000' has the scheme 'localhost'; allowed are http, https, tcp, udp, unix. Did you mean 'http://localhost:5000'?")]
    [InlineData("ftp://10.0.0.1", "'ftp://10.0.0.1' has the scheme 'ftp'; allowed are http, https, tcp, udp, unix.")]
    [InlineData("http://10.0.0.1/?a=b", "'http://10.0.0.1/?***' has a query or a fragment; an endpoint is scheme, host, port and an optional base path.")]
    [InlineData("http://10.0.0.1/#top", "'http://10.0.0.1/#***' has a query or a fragment; an endpoint is scheme, host, port and an optional base path.")]
    [InlineData("http://me:secret@host", "the address of host 'host' contains user information; put credentials into a request header instead.")]
    [InlineData("tcp://10.0.0.1:9000", "'tcp://10.0.0.1:9000' cannot be called by an HttpClient; its endpoints begin with http:// or https://.")]
    public void Invalid_address_is_reported(string address, string error) =>
        ReportedErrors.AreExactly(options => options.Endpoints = [ReportedErrors.Address, address], $"catalog:Endpoints:1: {error}");

    [Fact]
    public void Tcp_address_without_port_is_reported()
    {
        var services = new ServiceCollection();
        services.AddLoadBalancer("smtp", static options => options.Endpoints = ["tcp://10.0.0.1"]);
        using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("smtp"));

        Assert.Equal(
            ["smtp:Endpoints:0: 'tcp://10.0.0.1' has no port, and 'tcp' has no default port; write it like 'tcp://10.0.0.1:9000'."],
            exception.Failures);
    }

    [Fact]
    public void Duplicates_are_reported() => ReportedErrors.AreExactly(
        static options => options.Endpoints = [ReportedErrors.Address, "http://10.0.0.2", "HTTP://10.0.0.1:8080/"],
        "catalog:Endpoints:2: 'HTTP://10.0.0.1:8080/' is the same endpoint as catalog:Endpoints:0 ('http://10.0.0.1:8080'); to send it more traffic, raise " +
            "its Weight.");

    [Theory]
    [InlineData(0, "0")]
    [InlineData(-1.5, "-1.5")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    public void Invalid_weight_is_reported(double weight, string shown) => ReportedErrors.AreExactly(
        options => options.Endpoints = [new EndpointDescription(ReportedErrors.Address) { Weight = weight }],
        $"catalog:Endpoints:0:Weight: {shown} is not allowed; a weight is a finite number above 0.");

    [Fact]
    public void Label_without_name_is_reported() => ReportedErrors.AreExactly(
        static options => options.Endpoints = [new EndpointDescription(ReportedErrors.Address) { Labels = { [""] = "v2" } }],
        "catalog:Endpoints:0:Labels: labels are null, or one of them has no name or no value; write them like version = v2, and use an empty dictionary " +
            "for none.");

    [Fact]
    public void Too_large_sum_of_weights_is_reported() => ReportedErrors.AreExactly(
        static options => options.Endpoints = [new EndpointDescription(ReportedErrors.Address) { Weight = 4294967295 }, "http://10.0.0.2"],
        "catalog:Endpoints: the weights add up to 4294967296; the maximum is 4294967295. Divide all of them by the same number.");

    [Fact]
    public void Unknown_strategy_is_reported() => ReportedErrors.AreExactly(
        static options => options.Strategy = "Robin",
        "catalog:Strategy: 'Robin' is unknown; allowed are LeastConnections, LeastLoad, LeastRequest, Maglev, Random, Rendezvous, RingHash, RoundRobin.");

    [Fact]
    public void Default_per_try_timeout_is_capped_by_the_timeout()
    {
        using ServiceProvider provider = ReportedErrors.Build(static options => options.Timeout = TimeSpan.FromSeconds(5));

        RequestPlan plan = provider.GetRequiredService<ServiceRegistry>().GetState("catalog").Plan;

        Assert.Equal(TimeSpan.FromSeconds(5), plan.PerTryTimeout);
    }

    [Theory]
    [InlineData(101, "101")]
    [InlineData(-1, "-1")]
    [InlineData(double.NaN, "NaN")]
    public void Invalid_percentage_is_reported(double value, string shown)
    {
        ReportedErrors.AreExactly(
            options => options.Panic.ThresholdPercent = value,
            $"catalog:Panic:ThresholdPercent: {shown} is not allowed; a percentage is 0 to 100.");
        ReportedErrors.AreExactly(
            options => options.OutlierDetection.MaxEjectionPercent = value,
            $"catalog:OutlierDetection:MaxEjectionPercent: {shown} is not allowed; a percentage is 0 to 100.");
        ReportedErrors.AreExactly(
            options => options.Fault = new FaultOptions { Abort = new FaultAbortOptions { Status = 500, Percent = value } },
            $"catalog:Fault:Abort:Percent: {shown} is not allowed; a percentage is 0 to 100.");
    }

    [Fact]
    public void Numbers_in_errors_are_culture_invariant()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (other.NumberFormat.NegativeSign, other.NumberFormat.NumberDecimalSeparator) = ("\u2212", ",");
        CultureInfo.CurrentCulture = other;
        try
        {
            ReportedErrors.AreExactly(
                static options => options.Panic.ThresholdPercent = -0.5,
                "catalog:Panic:ThresholdPercent: -0.5 is not allowed; a percentage is 0 to 100.");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Invalid_durations_are_reported()
    {
        ReportedErrors.AreExactly(
            static options => options.Timeout = TimeSpan.Zero,
            "catalog:Timeout: 00:00:00 is not allowed; it must be longer than zero, or infinite for no limit.");
        ReportedErrors.AreExactly(
            static options => options.OutlierDetection.Interval = TimeSpan.Zero,
            "catalog:OutlierDetection:Interval: 00:00:00 is not allowed; it must be longer than zero.");
        ReportedErrors.AreExactly(
            static options => options.OutlierDetection.MaxEjectionTime = TimeSpan.FromSeconds(1),
            "catalog:OutlierDetection:MaxEjectionTime: 00:00:01 is shorter than BaseEjectionTime, which is 00:03:00; raise one or lower the other.");
    }

    [Fact]
    public void Durations_above_the_maximum_are_reported()
    {
        TimeSpan tooLong = TimeSpan.FromDays(60);
        ReportedErrors.AreExactly(
            options =>
            {
                options.Timeout = tooLong;
                options.OutlierDetection.Interval = tooLong;
                options.OutlierDetection.BaseEjectionTime = tooLong;
                options.OutlierDetection.MaxEjectionTime = tooLong;
                options.OutlierDetection.MaxEjectionTimeJitter = tooLong;
                options.Retry.PerTryTimeout = tooLong;
                options.Retry.BaseBackoff = tooLong;
                options.Retry.MaxBackoff = tooLong;
                options.Fault = new FaultOptions { Delay = new FaultDelayOptions { FixedDelay = tooLong, Percent = 1 } };
            },
            [
                .. new[]
                {
                    "OutlierDetection:Interval", "OutlierDetection:BaseEjectionTime",
                    "OutlierDetection:MaxEjectionTime", "OutlierDetection:MaxEjectionTimeJitter",
                    "Timeout", "Retry:PerTryTimeout", "Retry:BaseBackoff", "Retry:MaxBackoff", "Fault:Delay:FixedDelay",
                }.Select(static key => $"catalog:{key}: 60.00:00:00 is too long; the maximum is 24 days."),
            ]);
    }

    [Theory]
    [InlineData("http://catalog")]
    [InlineData("catalog/")]
    [InlineData("no host")]
    [InlineData("::1")]
    [InlineData("catalog:http")]
    public void Invalid_endpoint_hostname_is_reported(string name) => ReportedErrors.AreExactly(
        options => options.Endpoints = [new EndpointDescription(ReportedErrors.Address) { Hostname = name }],
        $"catalog:Endpoints:0: '{name}' is not a valid host name; write it without scheme and path, like 'catalog.internal'.");

    [Theory]
    [InlineData("Catalog.internal")]
    [InlineData("catalog.internal:8443")]
    [InlineData("10.0.0.7")]
    [InlineData("[::1]:8443")]
    [InlineData(" ")]
    public void Valid_endpoint_hostname_is_accepted(string name)
    {
        using ServiceProvider provider = ReportedErrors.Build(
            options => options.Endpoints = [new EndpointDescription(ReportedErrors.Address) { Hostname = name }]);

        Assert.Single(provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog").Endpoints);
    }

    [Fact]
    public void Host_with_scheme_is_reported() => ReportedErrors.AreExactly(
        static options => options.Hosts = ["http://catalog"],
        "catalog:Hosts:0: 'http://catalog' is not a host name; write it without scheme, port and path, like 'catalog', or '*' for all hosts.");

    [Fact]
    public void Client_name_that_is_not_a_host_requires_Hosts()
    {
        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("the catalog", static options => options.Endpoints = [ReportedErrors.Address]);
        using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("the catalog"));

        Assert.Equal(
            ["the catalog:Hosts: the client's name 'the catalog' is not a host name, so its requests cannot be recognized by it; set Hosts to the hosts to " +
                "balance, like [\"catalog\"], or to [\"*\"] for all."],
            exception.Failures);
    }

    [Fact]
    public void Existing_client_without_host_name_and_base_address_throws()
    {
        var services = new ServiceCollection();
        services.AddHttpClient("the catalog").AddLoadBalancing(static options => options.Endpoints = [ReportedErrors.Address]);
        using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("the catalog"));

        Assert.StartsWith(
            "Client 'the catalog' cannot be balanced: the client's name 'the catalog' is not a host name",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Null_sections_are_reported() => ReportedErrors.AreExactly(
        static options =>
        {
            options.Retry = null!;
            options.Strategy = null!;
            options.HashPolicies = null!;
            options.ConsistentHash = null!;
        },
        "catalog:Strategy: it is null; keep the default or set a value.",
        "catalog:HashPolicies: it is null; keep the default or set a value.",
        "catalog:ConsistentHash: it is null; keep the default or set a value.",
        "catalog:Retry: it is null; keep the default or set a value.");

    [Fact]
    public void All_errors_are_reported_together() => ReportedErrors.AreExactly(
        static options =>
        {
            options.Endpoints = ["nonsense"];
            options.Strategy = "Robin";
            options.Retry.MaxRetries = -1;
        },
        "catalog:Endpoints:0: 'nonsense' is not an absolute URI; write it like 'http://10.0.0.1:8080'.",
        "catalog:Strategy: 'Robin' is unknown; allowed are LeastConnections, LeastLoad, LeastRequest, Maglev, Random, Rendezvous, RingHash, RoundRobin.",
        "catalog:Retry:MaxRetries: -1 is negative; it is the number of retries after the first attempt, 0 for none.");

    [Fact]
    public void Unknown_service_and_subset_throw()
    {
        using ServiceProvider provider = ReportedErrors.Build(static _ => { });
        var balancers = provider.GetRequiredService<ILoadBalancerProvider>();

        Assert.Equal(
            "There is no service 'catalogue'. Known services: catalog. (Parameter 'serviceName')",
            Assert.Throws<ArgumentException>(() => balancers.GetLoadBalancer("catalogue")).Message);
        Assert.Equal(
            "Service 'catalog' has no subset 'v2': it has no subsets. (Parameter 'subset')",
            Assert.Throws<ArgumentException>(() => balancers.GetLoadBalancer("catalog", "v2")).Message);
    }

    public static TheoryData<string, string> Configurations => new()
    {
        { """{ "Endpoints": ["http://a"], "Endpionts": [] }""", "LoadBalancing:catalog:Endpionts: unknown key; allowed are Endpoints, Hosts, " +
            "UnmatchedHost, Strategy, HashPolicies, SessionAffinity, LeastRequest, LeastLoad, ConsistentHash, OutlierDetection, HealthCheck, Panic, " +
            "Locality, SlowStart, Subsetting, Timeout, TimeoutCoversBody, BodyIdleTimeout, Retry, Subsets, Routes, RetryBudget, ConnectionPool, Fault, " +
            "EmptyUpdate, FollowRedirects." },
        { """{ "Endpoints": [{ "Adress": "http://a" }] }""", "LoadBalancing:catalog:Endpoints:0:Adress: unknown key; allowed are Address, Weight, " +
            "Hostname, HashKey, Draining, Labels, Priority, Locality." },
        { """{ "Endpoints": "http://a" }""", "LoadBalancing:catalog:Endpoints: 'http://a' is not a list; expected a list like [\"http://10.0.0.1:8080\"], " +
            "of texts or of sections with an Address." },
        { """{ "Endpoints": { "first": "http://a" } }""", "LoadBalancing:catalog:Endpoints: a section with the key 'first' is not a list; expected a list " +
            "like [\"http://10.0.0.1:8080\"], of texts or of sections with an Address." },
        { """{ "Endpoints": ["http://a"], "Timeout": 5 }""", "LoadBalancing:catalog:Timeout: '5' cannot be read; a duration is written with its unit, like " +
            "250ms, 5s, 1m or 1h, as hh:mm:ss, or as 'infinite'." },
        { """{ "Endpoints": ["http://a"], "Timeout": ["5s"] }""", "LoadBalancing:catalog:Timeout: it is a section or a list instead of a single value; a " +
            "duration is written with its unit, like 250ms, 5s, 1m or 1h, as hh:mm:ss, or as 'infinite'." },
        { """{ "Endpoints": ["http://a"], "Retry": 3 }""", "LoadBalancing:catalog:Retry: '3' is a single value or a list; expected a section with the keys " +
            "MaxRetries, PerTryTimeout, RetryOn, RetriableStatuses, RetriableHeaders, RetryAllMethods, MaxBufferedBodySize, BaseBackoff, MaxBackoff." },
        { """{ "Endpoints": ["http://a"], "Retry": { "MaxRetries": "two" } }""", "LoadBalancing:catalog:Retry:MaxRetries: 'two' cannot be read; expected a " +
            "whole number." },
        { """{ "Endpoints": ["http://a"], "UnmatchedHost": "Drop" }""", "LoadBalancing:catalog:UnmatchedHost: 'Drop' cannot be read; expected one of " +
            "PassThrough, Reject." },
        { """{ "Endpoints": ["http://a"], "Fault": { "Scope": 1 } }""", "LoadBalancing:catalog:Fault:Scope: '1' cannot be read; expected one of Request, " +
            "Attempt." },
        {
            """{ "Endpoints": ["http://a"], "OutlierDetection": { "MaxEjectionPercent": 101 } }""",
            "LoadBalancing:catalog:OutlierDetection:MaxEjectionPercent: 101 is not allowed; a percentage is 0 to 100."
        },
        { """{ "Endpoints": ["http://a"], "Retry": { "RetriableStatuses": [429, 700] } }""", "LoadBalancing:catalog:Retry:RetriableStatuses:1: '700' " +
            "cannot be read; expected a status or a range of them, 100 to 599, like 503, 500-599 or 5xx." },
        { """{ "Endpoints": ["http://a"], "Retry": { "RetriableStatuses": 503 } }""", "LoadBalancing:catalog:Retry:RetriableStatuses: '503' is not a list; " +
            "expected a list of statuses and ranges like [429, \"500-599\"]." },
        {
            """{ "Endpoints": ["http://a"], "OutlierDetection": { "ErrorStatuses": ["500-499"] } }""",
            "LoadBalancing:catalog:OutlierDetection:ErrorStatuses:0: '500-499' cannot be read; expected a status or a range of them, 100 to " +
                "599, like 503, 500-599 or 5xx."
        },
        { """{ "Endpoints": ["http://a"], "HealthCheck": { "Headers": ["X-Probe: 1"] } }""", "LoadBalancing:catalog:HealthCheck:Headers: it is a list " +
            "instead of a section of names and values; expected a section of texts like { \"x-probe\": \"1\" }." },
        {
            """{ "Endpoints": ["http://a"], "HealthCheck": { "Headers": { "X-Probe": { "value": 1 } } } }""",
            "LoadBalancing:catalog:HealthCheck:Headers:X-Probe: expected a text."
        },
        { """ "http://a" """, "LoadBalancing:catalog: 'http://a' is a single value; expected a section with the options of a service." },
    };

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Invalid_configuration_is_reported(string json, string error)
    {
        using Stream text = new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "LoadBalancing": { "catalog": {{json}} } }"""));
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonStream(text).Build());
        services.AddLoadBalancedHttpClient("catalog");
        using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog"));

        Assert.Equal([error], exception.Failures);
    }

    [Fact]
    public void Empty_list_in_json_is_read_as_empty()
    {
        using Stream text = new MemoryStream("""{ "LoadBalancing": { "catalog": { "Endpoints": [] } } }"""u8.ToArray());
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonStream(text).Build());
        services.AddLoadBalancedHttpClient("catalog");
        using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog"));

        Assert.StartsWith("LoadBalancing:catalog:Endpoints: no endpoint is set", Assert.Single(exception.Failures), StringComparison.Ordinal);
    }
}
