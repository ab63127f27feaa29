using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Tests.Configuration;

/// <summary>What a user reads who got something wrong: where, what, and what would be right.</summary>
public sealed class BadInputTests
{
    private const string Good = "http://10.0.0.1:8080";

    [Fact]
    public void No_endpoints_and_no_source() => AssertFault(
        static options => options.Endpoints = [],
        "catalog:Endpoints: there are none, and the service has no endpoint source; list at least one address, like 'http://10.0.0.1:8080', or call AddEndpointSource.");

    [Theory]
    [InlineData("10.0.0.1", "'10.0.0.1' is not an absolute URI; write it like 'http://10.0.0.1:8080'.")]
    [InlineData("", "the address is empty; write it like 'http://10.0.0.1:8080'.")]
    [InlineData("localhost:5000", "'localhost:5000' has the scheme 'localhost'; allowed are http, https, tcp, udp, unix. Did you mean 'http://localhost:5000'?")]
    [InlineData("ftp://10.0.0.1", "'ftp://10.0.0.1' has the scheme 'ftp'; allowed are http, https, tcp, udp, unix.")]
    [InlineData("http://10.0.0.1/?a=b", "'http://10.0.0.1/?a=b' has a query or a fragment; an endpoint is scheme, host, port and an optional base path.")]
    [InlineData("http://10.0.0.1/#top", "'http://10.0.0.1/#top' has a query or a fragment; an endpoint is scheme, host, port and an optional base path.")]
    [InlineData("http://me:secret@host", "the address of host 'host' contains user information; put credentials into a request header instead.")]
    [InlineData("tcp://10.0.0.1:9000", "'tcp://10.0.0.1:9000' cannot be called by an HttpClient; its endpoints begin with http:// or https://.")]
    public void An_address_that_is_none(string address, string fault) =>
        AssertFault(options => options.Endpoints = [Good, address], $"catalog:Endpoints:1: {fault}");

    [Fact]
    public void A_tcp_address_without_a_port()
    {
        var services = new ServiceCollection();
        services.AddLoadBalancer("smtp", static options => options.Endpoints = ["tcp://10.0.0.1"]);
        using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("smtp"));

        Assert.Equal(["smtp:Endpoints:0: 'tcp://10.0.0.1' has no port, and 'tcp' has no default port; write it like 'tcp://10.0.0.1:9000'."], exception.Failures);
    }

    [Fact]
    public void Duplicates() => AssertFault(
        static options => options.Endpoints = [Good, "http://10.0.0.2", "HTTP://10.0.0.1:8080/"],
        "catalog:Endpoints:2: 'HTTP://10.0.0.1:8080/' is the same endpoint as catalog:Endpoints:0 ('http://10.0.0.1:8080'); to send it more traffic, raise its Weight.");

    [Theory]
    [InlineData(0, "0")]
    [InlineData(-1.5, "-1.5")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    public void A_weight_that_is_none(double weight, string shown) => AssertFault(
        options => options.Endpoints = [new EndpointDescription(Good) { Weight = weight }],
        $"catalog:Endpoints:0:Weight: {shown} is not allowed; a weight is a finite number above 0.");

    [Fact]
    public void Labels_without_a_name() => AssertFault(
        static options => options.Endpoints = [new EndpointDescription(Good) { Labels = { [""] = "v2" } }],
        "catalog:Endpoints:0:Labels: labels are null, or one of them has no name or no value; write them like version = v2, and use an empty dictionary for none.");

    [Fact]
    public void Weights_that_add_up_to_too_much() => AssertFault(
        static options => options.Endpoints = [new EndpointDescription(Good) { Weight = 4294967295 }, "http://10.0.0.2"],
        "catalog:Endpoints: the weights add up to 4294967296; the maximum is 4294967295. Divide all of them by the same number.");

    [Fact]
    public void An_unknown_strategy() => AssertFault(
        static options => options.Strategy = "Robin",
        "catalog:Strategy: 'Robin' is not known; known are LeastConnections, LeastLoad, LeastRequest, Maglev, Random, Rendezvous, RingHash, RoundRobin.");

    [Fact]
    public void A_budget_of_more_than_everything() => AssertFault(
        static options => options.RetryBudget.Percent = 120,
        "catalog:RetryBudget:Percent: 120 is not allowed; a percentage is 0 to 100.");

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void A_least_rate_that_is_none(double rate) => AssertFault(
        options => options.RetryBudget.MinRetriesPerSecond = rate,
        $"catalog:RetryBudget:MinRetriesPerSecond: {rate} is not allowed; it is a number of retries per second, 0 or more.");

    [Fact]
    public void Limits_that_let_nothing_through() => AssertFault(
        static options => options.ConnectionPool.MaxRequests = 0,
        "catalog:ConnectionPool:MaxRequests: 0 is not allowed; it is 1 or more.");

    [Fact]
    public void A_queue_of_less_than_nobody() => AssertFault(
        static options => options.ConnectionPool.MaxPendingRequests = -1,
        "catalog:ConnectionPool:MaxPendingRequests: -1 is not allowed; it is 0 or more.");

    [Fact]
    public void A_wait_of_no_time() => AssertFault(
        static options => options.ConnectionPool.PendingTimeout = TimeSpan.Zero,
        "catalog:ConnectionPool:PendingTimeout: 00:00:00 is not allowed; it is longer than zero, or infinite for no limit.");

    [Fact]
    public void A_number_of_requests_for_each_connection_that_nobody_can_count() => AssertFault(
        static options => options.ConnectionPool.MaxRequestsPerConnection = 100,
        "catalog:ConnectionPool:MaxRequestsPerConnection: 100 is not allowed: the platform does not count the requests of a connection, and tells nobody when one begins. It is 1 for a connection for each request, or 0 for any number; to renew connections now and then, set PooledConnectionLifetime on the primary handler.");

    [Fact]
    public void Limits_of_endpoints_and_connections_that_let_nothing_through() => AssertFaults(
        static options =>
        {
            options.ConnectionPool.MaxRequestsPerEndpoint = 0;
            options.ConnectionPool.MaxConnections = 0;
            options.ConnectionPool.ConnectTimeout = TimeSpan.Zero;
            options.ConnectionPool.IdleTimeout = TimeSpan.Zero;
            options.BodyIdleTimeout = TimeSpan.Zero;
        },
        "catalog:ConnectionPool:MaxRequestsPerEndpoint: 0 is not allowed; it is 1 or more.",
        "catalog:ConnectionPool:MaxConnections: 0 is not allowed; it is 1 or more.",
        "catalog:ConnectionPool:ConnectTimeout: 00:00:00 is not allowed; it is longer than zero, or infinite for no limit.",
        "catalog:ConnectionPool:IdleTimeout: 00:00:00 is not allowed; it is longer than zero, or infinite for no limit.",
        "catalog:BodyIdleTimeout: 00:00:00 is not allowed; it is longer than zero, or infinite for no limit.");

    [Fact]
    public void An_adaptive_limit_that_cannot_be_held() => AssertFaults(
        static options => options.ConnectionPool.AdaptiveLimit = new() { MinLimit = 0, MaxLimit = 10, InitialLimit = 11, Tolerance = 0.5, Smoothing = 0, QueueSize = 0, LongWindow = 0 },
        "catalog:ConnectionPool:AdaptiveLimit:MinLimit: 0 is not allowed; it is 1 or more.",
        "catalog:ConnectionPool:AdaptiveLimit:InitialLimit: 11 is not allowed; it is from MinLimit to MaxLimit, 0 to 10.",
        "catalog:ConnectionPool:AdaptiveLimit:Tolerance: 0.5 is not allowed; it is a factor, 1 or more.",
        "catalog:ConnectionPool:AdaptiveLimit:Smoothing: 0 is not allowed; it is above 0 and at most 1.",
        "catalog:ConnectionPool:AdaptiveLimit:QueueSize: 0 is not allowed; it is 1 or more.",
        "catalog:ConnectionPool:AdaptiveLimit:LongWindow: 0 is not allowed; it is 1 or more.");

    [Fact]
    public void A_per_try_time_out_above_the_whole_one_when_both_were_set() => AssertFault(
        static options =>
        {
            options.Timeout = TimeSpan.FromSeconds(5);
            options.Retry.PerTryTimeout = TimeSpan.FromSeconds(6);
        },
        "catalog:Retry:PerTryTimeout: 00:00:06 is longer than Timeout, which is 00:00:05 for all attempts together; lower the one or raise the other.");

    [Fact]
    public void A_default_per_try_time_out_is_held_to_the_whole_one()
    {
        using ServiceProvider provider = Build(static options => options.Timeout = TimeSpan.FromSeconds(5));

        RequestPlan plan = provider.GetRequiredService<ServiceRegistry>().GetState("catalog").Plan;

        Assert.Equal(TimeSpan.FromSeconds(5), plan.PerTryTimeout);
    }

    [Theory]
    [InlineData(101, "101")]
    [InlineData(-1, "-1")]
    [InlineData(double.NaN, "NaN")]
    public void A_percentage_that_is_none(double value, string shown)
    {
        AssertFault(options => options.Panic.ThresholdPercent = value, $"catalog:Panic:ThresholdPercent: {shown} is not allowed; a percentage is 0 to 100.");
        AssertFault(options => options.OutlierDetection.MaxEjectionPercent = value, $"catalog:OutlierDetection:MaxEjectionPercent: {shown} is not allowed; a percentage is 0 to 100.");
        AssertFault(
            options => options.Fault = new FaultOptions { Abort = new FaultAbortOptions { Status = 500, Percent = value } },
            $"catalog:Fault:Abort:Percent: {shown} is not allowed; a percentage is 0 to 100.");
    }

    [Fact]
    public void A_fault_without_its_value()
    {
        AssertFault(
            static options => options.Fault = new FaultOptions { Delay = new FaultDelayOptions { Percent = 100 } },
            "catalog:Fault:Delay:FixedDelay: 00:00:00 is not allowed; it is longer than zero.");
        AssertFault(
            static options => options.Fault = new FaultOptions { Abort = new FaultAbortOptions { Percent = 10 } },
            "catalog:Fault:Abort:Status: 0 is not allowed; it is a status from 200 to 599, like 503.");
    }

    [Fact]
    public void An_unknown_retry_condition() => AssertFault(
        static options => options.Retry.RetryOn = ["5xx", "always"],
        "catalog:Retry:RetryOn:1: 'always' is not known; known are 5xx, gateway-error, reset, reset-before-request, connect-failure, refused-stream, http3-post-connect-failure, per-try-timeout, retriable-4xx, retriable-status-codes, retriable-headers, envoy-ratelimited, cancelled, deadline-exceeded, internal, resource-exhausted, unavailable, and statuses like 503.");

    [Fact]
    public void A_status_that_is_none() => AssertFault(
        static options => options.Retry.RetriableStatuses = [429, 700],
        "catalog:Retry:RetriableStatuses:1: 700 is not allowed; it is a status from 100 to 599, like 429.");

    [Fact]
    public void A_header_without_a_name() => AssertFault(
        static options => options.Retry.RetriableHeaders = [new HeaderMatchOptions()],
        "catalog:Retry:RetriableHeaders:0:Name: it is empty; it is the name of a header, like 'x-canary'.");

    [Fact]
    public void A_header_asked_for_in_two_ways() => AssertFault(
        static options => options.Retry.RetriableHeaders = [new HeaderMatchOptions { Name = "a", Exact = "b", Prefix = "c" }],
        "catalog:Retry:RetriableHeaders:0:Name: 'a' is asked for in 2 ways; at most one of Exact, Prefix, Regex and Present may be set.");

    [Theory]
    [InlineData("(")]
    [InlineData("(a)\\1")]
    public void A_regular_expression_that_is_none_or_could_take_for_ever(string regex)
    {
        OptionsValidationException thrown = Assert.Throws<OptionsValidationException>(() => Build(options => options.Retry.RetriableHeaders = [new HeaderMatchOptions { Name = "a", Regex = regex }]).GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog"));

        Assert.StartsWith($"catalog:Retry:RetriableHeaders:0:Regex: '{regex}' is no regular expression that can be used here: ", Assert.Single(thrown.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_is_wrong_with_routes() => AssertFaults(
        static options => options.Routes =
        [
            new() { Timeout = TimeSpan.FromSeconds(1), Retry = new() { PerTryTimeout = TimeSpan.FromSeconds(2) } },
            new() { Name = "a", Match = [new() { Path = "/a", PathPrefix = "b" }, new() { Query = [new()], Headers = [new()] }] },
            new() { Name = "A", Fault = new() { Delay = new() { Percent = 200, FixedDelay = TimeSpan.FromSeconds(1) } }, Retry = new() { RetryOn = ["always"] } },
        ],
        "catalog:Routes:0:Name: it is empty; give the route a name, like 'reports'.",
        "catalog:Routes:0:Retry:PerTryTimeout: 00:00:02 is longer than Timeout, which is 00:00:01 for all attempts together; lower the one or raise the other.",
        "catalog:Routes:1:Match:0:Path: the path is asked for in several ways; at most one of Path, PathPrefix and PathRegex may be set.",
        "catalog:Routes:1:Match:0:PathPrefix: 'b' does not begin with a slash, as every path does.",
        "catalog:Routes:1:Match:1:Headers:0:Name: it is empty; it is the name of a header, like 'x-canary'.",
        "catalog:Routes:1:Match:1:Query:0:Name: it is empty; it is the name of a query parameter, like 'page'.",
        "catalog:Routes:2:Name: another route is called 'A' too; names must differ.",
        $"catalog:Routes:2:Retry:RetryOn:0: 'always' is not known; known are {string.Join(", ", RetryConditions.All)}, and statuses like 503.",
        "catalog:Routes:2:Fault:Delay:Percent: 200 is not allowed; a percentage is 0 to 100.");

    [Fact]
    public void A_buffer_of_less_than_nothing() => AssertFault(
        static options => options.Retry.MaxBufferedBodySize = -1,
        "catalog:Retry:MaxBufferedBodySize: -1 is not allowed; it is 0 or more.");

    [Fact]
    public void Times_that_are_none()
    {
        AssertFault(static options => options.Timeout = TimeSpan.Zero, "catalog:Timeout: 00:00:00 is not allowed; it is longer than zero, or infinite for no limit.");
        AssertFault(static options => options.OutlierDetection.Interval = TimeSpan.Zero, "catalog:OutlierDetection:Interval: 00:00:00 is not allowed; it is longer than zero.");
        AssertFault(
            static options => options.OutlierDetection.MaxEjectionTime = TimeSpan.FromSeconds(1),
            "catalog:OutlierDetection:MaxEjectionTime: 00:00:01 is shorter than BaseEjectionTime, which is 00:03:00; raise the one or lower the other.");
    }

    [Fact]
    public void Times_that_no_timer_can_wait_for()
    {
        TimeSpan tooLong = TimeSpan.FromDays(60);
        AssertFaults(
            options =>
            {
                options.Timeout = tooLong;
                options.OutlierDetection.Interval = tooLong;
                options.OutlierDetection.BaseEjectionTime = tooLong;
                options.OutlierDetection.MaxEjectionTime = tooLong;
                options.OutlierDetection.MaxEjectionTimeJitter = tooLong;
                options.Retry.PerTryTimeout = tooLong;
                options.Retry.BackoffBase = tooLong;
                options.Retry.BackoffMax = tooLong;
                options.Fault = new FaultOptions { Delay = new FaultDelayOptions { FixedDelay = tooLong, Percent = 1 } };
            },
            [
                .. new[]
                {
                    "OutlierDetection:Interval", "OutlierDetection:BaseEjectionTime", "OutlierDetection:MaxEjectionTime", "OutlierDetection:MaxEjectionTimeJitter",
                    "Timeout", "Retry:PerTryTimeout", "Retry:BackoffBase", "Retry:BackoffMax", "Fault:Delay:FixedDelay",
                }.Select(static key => $"catalog:{key}: 60.00:00:00 is too long; the longest is 24 days."),
            ]);
    }

    [Theory]
    [InlineData("http://catalog")]
    [InlineData("catalog/")]
    [InlineData("no host")]
    [InlineData("::1")]
    [InlineData("catalog:http")]
    public void A_host_name_of_an_endpoint_that_cannot_be_asked_for(string name) => AssertFault(
        options => options.Endpoints = [new EndpointDescription(Good) { Hostname = name }],
        $"catalog:Endpoints:0: '{name}' is not a valid host name; write it without scheme and path, like 'catalog.internal'.");

    [Theory]
    [InlineData("Catalog.internal")]
    [InlineData("catalog.internal:8443")]
    [InlineData("10.0.0.7")]
    [InlineData("[::1]:8443")]
    [InlineData(" ")]
    public void A_host_name_of_an_endpoint_that_can_be_asked_for(string name)
    {
        using ServiceProvider provider = Build(options => options.Endpoints = [new EndpointDescription(Good) { Hostname = name }]);

        Assert.Single(provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog").Endpoints);
    }

    [Fact]
    public void A_host_with_more_than_a_host() => AssertFault(
        static options => options.Hosts = ["http://catalog"],
        "catalog:Hosts:0: 'http://catalog' is not a host name; write it without scheme, port and path, like 'catalog', or '*' for all hosts.");

    [Fact]
    public void A_name_that_is_no_host_without_Hosts()
    {
        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("the catalog", static options => options.Endpoints = [Good]);
        using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("the catalog"));

        Assert.Equal(
            ["the catalog:Hosts: the client's name 'the catalog' is not a host name, so its requests cannot be told by it; set Hosts to the hosts that are to be balanced, like [\"catalog\"], or to [\"*\"] for all."],
            exception.Failures);
    }

    [Fact]
    public void An_existing_client_whose_name_is_no_host_and_that_has_no_base_address()
    {
        var services = new ServiceCollection();
        services.AddHttpClient("the catalog").AddLoadBalancing(static options => options.Endpoints = [Good]);
        using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("the catalog"));

        Assert.StartsWith("Client 'the catalog' cannot be balanced: the client's name 'the catalog' is not a host name", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_that_were_set_to_null() => AssertFaults(
        static options =>
        {
            options.Retry = null!;
            options.Strategy = null!;
        },
        "catalog:Strategy: it is null; leave it at its default, or set it to a value of its own.",
        "catalog:Retry: it is null; leave it at its default, or set it to a value of its own.");

    [Fact]
    public void All_faults_are_told_together() => AssertFaults(
        static options =>
        {
            options.Endpoints = ["nonsense"];
            options.Strategy = "Robin";
            options.Retry.MaxRetries = -1;
        },
        "catalog:Endpoints:0: 'nonsense' is not an absolute URI; write it like 'http://10.0.0.1:8080'.",
        "catalog:Strategy: 'Robin' is not known; known are LeastConnections, LeastLoad, LeastRequest, Maglev, Random, Rendezvous, RingHash, RoundRobin.",
        "catalog:Retry:MaxRetries: -1 is negative; it is the number of tries after the first one, 0 for none.");

    [Fact]
    public void A_route_that_changes_what_cannot_be_changed() => AssertFaults(
        static options => options.Routes =
        [
            new()
            {
                Name = "a",
                Match = [new() { Authority = new() { Exact = "a", Prefix = "b" }, Ports = [0], MethodMatch = new() { Regex = "(" } }],
                HashPolicies = [new() { Header = "x-user" }],
                Rewrite = new() { Path = "new", Prefix = "/a b", Substitution = "/x", Host = "http://other" },
                RequestHeaders = new() { Set = { ["x y"] = "1" }, Add = { ["x-a"] = "b\r\nc: d" }, Remove = ["content-length"] },
                ResponseHeaders = new() { Remove = ["a,b"] },
            },
            new() { Name = "b", Rewrite = new() { Regex = "(a)", Substitution = "$2" }, Redirect = new() { Status = 300 } },
            new() { Name = "c", DirectResponse = new() { Status = 99 }, Redirect = new() { Scheme = "ftp", Port = 70000, Host = "a/b", Path = "c" } },
        ],
        "catalog:Routes:0:HashPolicies: there are some, and the strategy 'RoundRobin' does not hash; choose RingHash, Maglev or Rendezvous, or remove them.",
        "catalog:Routes:0:Rewrite: the path is rewritten in several ways; at most one of Path, Prefix and Regex may be set.",
        "catalog:Routes:0:Rewrite:Path: 'new' is no path; it begins with a slash, and what may not stand in a path is written like %20.",
        "catalog:Routes:0:Rewrite:Prefix: '/a b' is no path; it begins with a slash, and what may not stand in a path is written like %20.",
        "catalog:Routes:0:Rewrite:Substitution: it goes with Regex, and one of the two is not set; set both or none.",
        "catalog:Routes:0:Rewrite:Host: 'http://other' is no host; write it without scheme and path, like 'catalog' or 'catalog:8080'.",
        "catalog:Routes:0:RequestHeaders:Set: 'x y' is not the name of a header; write it like 'x-version'.",
        "catalog:Routes:0:RequestHeaders:Add: the value of 'x-a' is null or has line breaks in it, which no header may have.",
        "catalog:Routes:0:RequestHeaders:Remove: 'content-length' says how the body is sent, and is made by whoever sends it; leave it out.",
        "catalog:Routes:0:ResponseHeaders:Remove: 'a,b' is not the name of a header; write it like 'x-version'.",
        "catalog:Routes:0:Match:0:MethodMatch:Regex: '(' is no regular expression that can be used here: Invalid pattern '^(?:()$' at offset 7. Not enough )'s.",
        "catalog:Routes:0:Match:0:Authority: it asks in 2 ways; exactly one of Exact, Prefix and Regex is set.",
        "catalog:Routes:0:Match:0:Ports:0: 0 is not a port; it is 1 to 65535.",
        "catalog:Routes:1:Rewrite: the route answers requests itself (Redirect, DirectResponse), so none is sent that could be rewritten; leave one of the two out.",
        "catalog:Routes:1:Rewrite:Substitution: '$2' means a group that '(a)' has not; it has 1.",
        "catalog:Routes:1:Redirect: it leads to where the request came from; set at least one of Scheme, Host, Port and Path.",
        "catalog:Routes:1:Redirect:Status: 300 is not the status of a redirect; it is 301, 302, 303, 307 or 308.",
        "catalog:Routes:2:Redirect: there is a DirectResponse too; a request has one answer, so leave one of the two out.",
        "catalog:Routes:2:Redirect:Scheme: 'ftp' is not allowed; it is http or https.",
        "catalog:Routes:2:Redirect:Port: 70000 is not a port; it is 1 to 65535.",
        "catalog:Routes:2:Redirect:Host: 'a/b' is no host; write it without scheme and path, like 'catalog' or 'catalog:8080'.",
        "catalog:Routes:2:Redirect:Path: 'c' is no path; it begins with a slash, and what may not stand in a path is written like %20.",
        "catalog:Routes:2:DirectResponse:Status: 99 is not allowed; it is a status from 200 to 599, like 503.");

    [Fact]
    public void Asking_for_a_service_that_is_not_there()
    {
        using ServiceProvider provider = Build(static _ => { });
        var balancers = provider.GetRequiredService<ILoadBalancerProvider>();

        Assert.Equal("There is no service 'catalogue'. Known are: catalog. (Parameter 'name')", Assert.Throws<ArgumentException>(() => balancers.GetLoadBalancer("catalogue")).Message);
        Assert.Equal("Service 'catalog' has no subset 'v2': it has no subsets. (Parameter 'subset')", Assert.Throws<ArgumentException>(() => balancers.GetLoadBalancer("catalog", "v2")).Message);
    }

    public static TheoryData<string, string> Configurations => new()
    {
        { """{ "Endpoints": ["http://a"], "Endpionts": [] }""", "LoadBalancing:catalog:Endpionts: unknown key; known here are Endpoints, Hosts, UnmatchedHost, Strategy, HashPolicies, SessionAffinity, LeastRequest, LeastLoad, ConsistentHash, OutlierDetection, HealthCheck, Panic, Locality, SlowStart, Subsetting, Timeout, TimeoutCoversBody, BodyIdleTimeout, Retry, Subsets, Routes, RetryBudget, ConnectionPool, Fault, EmptyUpdate, FollowRedirects." },
        { """{ "Endpoints": [{ "Adress": "http://a" }] }""", "LoadBalancing:catalog:Endpoints:0:Adress: unknown key; known here are Address, Weight, Hostname, HashKey, Draining, Labels, Priority, Locality." },
        { """{ "Endpoints": "http://a" }""", "LoadBalancing:catalog:Endpoints: 'http://a' is not a list; expected a list like [\"http://10.0.0.1:8080\"], of texts or of sections with an Address." },
        { """{ "Endpoints": { "first": "http://a" } }""", "LoadBalancing:catalog:Endpoints: a section with the key 'first' is not a list; expected a list like [\"http://10.0.0.1:8080\"], of texts or of sections with an Address." },
        { """{ "Endpoints": ["http://a"], "Timeout": 5 }""", "LoadBalancing:catalog:Timeout: '5' cannot be read; a duration is written with its unit, like 250ms, 5s, 1m or 1h, as hh:mm:ss, or as 'infinite'." },
        { """{ "Endpoints": ["http://a"], "Timeout": ["5s"] }""", "LoadBalancing:catalog:Timeout: a section or a list stands where a single value belongs; a duration is written with its unit, like 250ms, 5s, 1m or 1h, as hh:mm:ss, or as 'infinite'." },
        { """{ "Endpoints": ["http://a"], "Retry": 3 }""", "LoadBalancing:catalog:Retry: '3' is a single value or a list; expected a section with the keys MaxRetries, PerTryTimeout, RetryOn, RetriableStatuses, RetriableHeaders, RetryAllMethods, MaxBufferedBodySize, BackoffBase, BackoffMax." },
        { """{ "Endpoints": ["http://a"], "Retry": { "MaxRetries": "two" } }""", "LoadBalancing:catalog:Retry:MaxRetries: 'two' cannot be read; expected a whole number." },
        { """{ "Endpoints": ["http://a"], "UnmatchedHost": "Drop" }""", "LoadBalancing:catalog:UnmatchedHost: 'Drop' cannot be read; expected one of PassThrough, Reject." },
        { """{ "Endpoints": ["http://a"], "Fault": { "Scope": 1 } }""", "LoadBalancing:catalog:Fault:Scope: '1' cannot be read; expected one of Request, Attempt." },
        { """{ "Endpoints": ["http://a"], "OutlierDetection": { "MaxEjectionPercent": 101 } }""", "LoadBalancing:catalog:OutlierDetection:MaxEjectionPercent: 101 is not allowed; a percentage is 0 to 100." },
        { """ "http://a" """, "LoadBalancing:catalog: 'http://a' is a single value; expected a section with the options of a service." },
    };

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Configuration_that_cannot_be_taken(string json, string fault)
    {
        using Stream text = new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "LoadBalancing": { "catalog": {{json}} } }"""));
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonStream(text).Build());
        services.AddLoadBalancedHttpClient("catalog");
        using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog"));

        Assert.Equal([fault], exception.Failures);
    }

    [Fact]
    public void An_empty_list_in_json_reads_as_empty()
    {
        using Stream text = new MemoryStream("""{ "LoadBalancing": { "catalog": { "Endpoints": [] } } }"""u8.ToArray());
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonStream(text).Build());
        services.AddLoadBalancedHttpClient("catalog");
        using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog"));

        Assert.StartsWith("LoadBalancing:catalog:Endpoints: there are none", Assert.Single(exception.Failures), StringComparison.Ordinal);
    }

    private static void AssertFault(Action<LoadBalancingOptions> configure, string fault) => AssertFaults(configure, fault);

    private static void AssertFaults(Action<LoadBalancingOptions> configure, params string[] faults)
    {
        using ServiceProvider provider = Build(configure);

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog"));

        Assert.Equal(faults, exception.Failures);
    }

    private static ServiceProvider Build(Action<LoadBalancingOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = [Good];
            configure(options);
        });
        return services.BuildServiceProvider();
    }
}
