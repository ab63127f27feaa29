namespace LoadBalancing.Client.Istio.Tests.Reading;

/// <summary>The location, path and message of validation errors.</summary>
public sealed class ValidationTests
{
    [Theory]
    [InlineData(
        "outlierDetection:\n  consecutive5xxErrors: many",
        "10:29",
        "spec.trafficPolicy.outlierDetection.consecutive5xxErrors",
        "expected an integer, 0 (off) to 4095, found 'many'.")]
    [InlineData(
        "outlierDetection:\n  interval: 5",
        "10:17",
        "spec.trafficPolicy.outlierDetection.interval",
        "expected a duration with a unit, such as 250ms, 5s, 1.5s or 1h30m, found '5'.")]
    [InlineData(
        "outlierDetection:\n  interval: 500us",
        "10:17",
        "spec.trafficPolicy.outlierDetection.interval",
        "500us is out of range; expected 1ms or longer, in whole milliseconds.")]
    [InlineData(
        "outlierDetection:\n  maxEjectionPercent: 101",
        "10:27",
        "spec.trafficPolicy.outlierDetection.maxEjectionPercent",
        "101 is out of range; expected 0 to 100.")]
    [InlineData(
        "outlierDetection:\n  consecutiveLocalOriginFailures: 3",
        "10:39",
        "spec.trafficPolicy.outlierDetection.consecutiveLocalOriginFailures",
        "splitExternalLocalOriginErrors: true is required")]
    [InlineData(
        "outlierDetection:\n  consecutive5xxError: 3",
        "10:7",
        "spec.trafficPolicy.outlierDetection.consecutive5xxError",
        "unknown field 'consecutive5xxError'; known fields: ")]
    [InlineData(
        "outlierDetection:\n  interval: http://user:SECRET@h/",
        "10:17",
        "spec.trafficPolicy.outlierDetection.interval",
        "expected a duration with a unit, such as 250ms, 5s, 1.5s or 1h30m, found 'http://***@h/'.")]
    [InlineData(
        "outlierDetection:\n  interval: \"5\\r\\nforged\"",
        "10:17",
        "spec.trafficPolicy.outlierDetection.interval",
        @"expected a duration with a unit, such as 250ms, 5s, 1.5s or 1h30m, found '5\r\nforged'.")]
    [InlineData("outlierDetection:", "9:22", "spec.trafficPolicy.outlierDetection", "expected a mapping ({} for defaults only), found null.")]
    [InlineData("connectionPool: {}", "9:21", "spec.trafficPolicy.connectionPool", "must not be empty; set tcp or http.")]
    [InlineData(
        "connectionPool:\n  http:\n    maxRequestsPerConnection: -1",
        "11:35",
        "spec.trafficPolicy.connectionPool.http.maxRequestsPerConnection",
        "-1 is out of range")]
    [InlineData(
        "connectionPool:\n  http:\n    maxRequestsPerConnection: 10",
        "11:35",
        "spec.trafficPolicy.connectionPool.http.maxRequestsPerConnection",
        "not supported: ")]
    [InlineData(
        "loadBalancer:\n  localityLbSetting:\n    failoverPriority: [a, a=1]",
        "11:31",
        "spec.trafficPolicy.loadBalancer.localityLbSetting.failoverPriority[1]",
        "'a=1' is not allowed")]
    [InlineData(
        "connectionPool:\n  http:\n    h2UpgradePolicy: UPGRADE",
        "11:26",
        "spec.trafficPolicy.connectionPool.http.h2UpgradePolicy",
        "not supported: the caller chooses the HTTP version")]
    [InlineData(
        "connectionPool:\n  http:\n    maxConcurrentStreams: 5",
        "11:31",
        "spec.trafficPolicy.connectionPool.http.maxConcurrentStreams",
        "not supported: ")]
    [InlineData(
        "connectionPool:\n  tcp:\n    maxConnectionDuration: 5s",
        "11:32",
        "spec.trafficPolicy.connectionPool.tcp.maxConnectionDuration",
        "not supported: ")]
    [InlineData("loadBalancer:\n  simple: FASTEST", "10:15", "spec.trafficPolicy.loadBalancer.simple", "unknown value 'FASTEST'; allowed values: UNSPECIFIED")]
    [InlineData("loadBalancer:\n  simple: PASSTHROUGH", "10:15", "spec.trafficPolicy.loadBalancer.simple", "not supported: ")]
    [InlineData(
        "loadBalancer:\n  simple: RANDOM\n  consistentHash:\n    useSourceIp: true",
        "10:7",
        "spec.trafficPolicy.loadBalancer",
        "simple and consistentHash are mutually exclusive")]
    [InlineData("loadBalancer:\n  consistentHash: {}", "10:23", "spec.trafficPolicy.loadBalancer.consistentHash", "a hash input is required")]
    [InlineData(
        "loadBalancer:\n  consistentHash:\n    useSourceIp: true\n    maglev: {}",
        "12:17",
        "spec.trafficPolicy.loadBalancer.consistentHash.maglev",
        "'tableSize' is required")]
    [InlineData(
        "loadBalancer:\n  consistentHash:\n    useSourceIp: true\n    maglev:\n      tableSize: 100",
        "13:22",
        "spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize",
        "100 is not allowed; expected a prime number")]
    [InlineData(
        "loadBalancer:\n  consistentHash:\n    httpCookie:\n      ttl: 0s",
        "12:11",
        "spec.trafficPolicy.loadBalancer.consistentHash.httpCookie",
        "'name' is required")]
    [InlineData(
        "loadBalancer:\n  consistentHash:\n    httpCookie:\n      name: a\n      attributes:\n      - name: SameSite",
        "14:11",
        "spec.trafficPolicy.loadBalancer.consistentHash.httpCookie.attributes",
        "not supported: ")]
    [InlineData(
        "loadBalancer:\n  consistentHash:\n    httpHeaderName: 'x user'",
        "11:25",
        "spec.trafficPolicy.loadBalancer.consistentHash.httpHeaderName",
        "'x user' is not a valid header name")]
    [InlineData(
        "loadBalancer:\n  localityLbSetting:\n    zoneAwareLbSetting: {}",
        "11:29",
        "spec.trafficPolicy.loadBalancer.localityLbSetting.zoneAwareLbSetting",
        "not supported: ")]
    [InlineData(
        "loadBalancer:\n  localityLbSetting:\n    distribute:\n    - from: a/b/c\n      to:\n        a/b/c: 60\n        d: 30",
        "14:13",
        "spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0].to",
        "the shares add up to 90")]
    [InlineData(
        "loadBalancer:\n  localityLbSetting:\n    failover:\n    - from: a/b\n      to: c",
        "12:17",
        "spec.trafficPolicy.loadBalancer.localityLbSetting.failover[0].from",
        "'a/b' is not a region")]
    [InlineData(
        "loadBalancer:\n  warmup:\n    duration: 1s\n    minimumPercent: 101",
        "12:25",
        "spec.trafficPolicy.loadBalancer.warmup.minimumPercent",
        "101 is out of range")]
    [InlineData(
        "loadBalancer:\n  warmup:\n    duration: 1s\n  warmupDurationSecs: 1s",
        "10:7",
        "spec.trafficPolicy.loadBalancer",
        "warmup and warmupDurationSecs are mutually exclusive")]
    [InlineData("tls:\n  mode: ISTIO_MUTUAL", "10:13", "spec.trafficPolicy.tls.mode", "not supported: ")]
    [InlineData("tls:\n  mode: MUTUAL", "10:7", "spec.trafficPolicy.tls", "mode MUTUAL requires clientCertificate and privateKey.")]
    [InlineData("tls:\n  mode: DISABLE\n  insecureSkipVerify: true", "10:7", "spec.trafficPolicy.tls", "mode DISABLE does not allow other fields")]
    [InlineData("tls:\n  mode: SIMPLE\n  sni: other", "11:12", "spec.trafficPolicy.tls.sni", "not supported: ")]
    [InlineData("tls:\n  mode: SIMPLE\n  credentialName: secret", "11:23", "spec.trafficPolicy.tls.credentialName", "not supported: ")]
    [InlineData("tunnel:\n  targetHost: a", "10:7", "spec.trafficPolicy.tunnel", "not supported: ")]
    [InlineData("proxyProtocol:\n  version: V2", "10:7", "spec.trafficPolicy.proxyProtocol", "not supported: ")]
    [InlineData("retryBudget:\n  percent: 120", "10:16", "spec.trafficPolicy.retryBudget.percent", "120 is out of range")]
    [InlineData("portLevelSettings: []", "9:5", "spec.trafficPolicy", "portLevelSettings must not be empty")]
    [InlineData("portLevelSettings:\n- outlierDetection: {}", "10:7", "spec.trafficPolicy.portLevelSettings[0]", "'port' is required")]
    public void Destination_rule_errors_are_reported_with_location_and_path(string policy, string location, string path, string message)
    {
        string[] errors = Yamls.Errors(Yamls.Rule(policy));

        Assert.Contains(errors, error => error.StartsWith($"p.yaml:{location}: error: {path}: {message}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("- route:\n  - destination:\n      host: foo\n  timeout: fast", "12:14", "spec.http[0].timeout", "expected a duration with a unit")]
    [InlineData("- timeout: 1s", "9:5", "spec.http[0]", "an action is required")]
    [InlineData("- route: []", "9:5", "spec.http[0]", "'route' requires at least one destination")]
    [InlineData("- redirect: {uri: /a}\n  route:\n  - destination: {host: foo}", "9:5", "spec.http[0]", "route and redirect are mutually exclusive")]
    [InlineData("- redirect: {}", "9:15", "spec.http[0].redirect", "must not be empty; set at least one of uri")]
    [InlineData("- redirect: {uri: /a, redirectCode: 304}", "9:39", "spec.http[0].redirect.redirectCode", "304 is out of range")]
    [InlineData(
        "- redirect: {uri: /a}\n  fault: {abort: {httpStatus: 500, percentage: {value: 1}}}",
        "9:5",
        "spec.http[0]",
        "fault is not allowed with redirect")]
    [InlineData("- directResponse: {body: {string: a}}", "9:21", "spec.http[0].directResponse", "'status' is required")]
    [InlineData("- route:\n  - destination: {host: foo}\n  retries: {attempts: -1}", "11:25", "spec.http[0].retries.attempts", "-1 is out of range")]
    [InlineData(
        "- route:\n  - destination: {host: foo}\n  retries: {attempts: 0, retryOn: 5xx}",
        "11:25",
        "spec.http[0].retries.attempts",
        "0 disables retries")]
    [InlineData("- route:\n  - destination: {host: foo}\n  retries: {retryOn: 5xx}", "11:14", "spec.http[0].retries", "'attempts' is required")]
    [InlineData(
        "- route:\n  - destination: {host: foo}\n  retries: {attempts: 1, retryOn: '5xx,sometimes'}",
        "11:37",
        "spec.http[0].retries.retryOn",
        "unknown condition 'sometimes'; known conditions: 5xx, gateway-error")]
    [InlineData(
        "- route:\n  - destination: {host: foo}\n  retries: {attempts: 1, retryIgnorePreviousHosts: false}",
        "11:54",
        "spec.http[0].retries.retryIgnorePreviousHosts",
        "not supported: ")]
    [InlineData(
        "- route:\n  - destination: {host: foo}\n  retries: {attempts: 1, retryRemoteLocalities: true}",
        "11:51",
        "spec.http[0].retries.retryRemoteLocalities",
        "not supported: ")]
    [InlineData("- route:\n  - destination: {host: foo}\n  fault: {}", "11:12", "spec.http[0].fault", "must not be empty; set delay")]
    [InlineData(
        "- route:\n  - destination: {host: foo}\n  fault: {delay: {percentage: {value: 10}}}",
        "11:20",
        "spec.http[0].fault.delay",
        "'fixedDelay' is required")]
    [InlineData(
        "- route:\n  - destination: {host: foo}\n  fault: {abort: {httpStatus: 500, percentage: 101}}",
        "11:50",
        "spec.http[0].fault.abort.percentage",
        "101 is out of range")]
    [InlineData(
        "- route:\n  - destination: {host: foo}\n  fault: {abort: {grpcStatus: UNAVAILABLE}}",
        "11:33",
        "spec.http[0].fault.abort.grpcStatus",
        "not supported: ")]
    [InlineData(
        "- route:\n  - destination: {host: foo}\n  fault: {delay: {exponentialDelay: 1s}}",
        "11:39",
        "spec.http[0].fault.delay.exponentialDelay",
        "not supported: ")]
    [InlineData("- route:\n  - destination: {host: foo}\n  mirror: {host: bar}", "11:13", "spec.http[0].mirror", "not supported: ")]
    [InlineData("- route:\n  - destination: {host: foo}\n  mirrors: []", "11:14", "spec.http[0].mirrors", "not supported: ")]
    [InlineData("- route:\n  - destination: {host: foo}\n  corsPolicy: {}", "11:17", "spec.http[0].corsPolicy", "not supported: ")]
    [InlineData("- match: []\n  route:\n  - destination: {host: foo}", "9:5", "spec.http[0]", "'match' must not be empty")]
    [InlineData(
        "- match:\n  - uri: {prefix: api}\n  route:\n  - destination: {host: foo}",
        "10:21",
        "spec.http[0].match[0].uri.prefix",
        "'api' must start with a slash")]
    [InlineData(
        "- match:\n  - uri: {regex: '(a'}\n  route:\n  - destination: {host: foo}",
        "10:20",
        "spec.http[0].match[0].uri.regex",
        "'(a' is not a supported regular expression")]
    [InlineData(
        "- match:\n  - uri: {regex: '(a)\\1'}\n  route:\n  - destination: {host: foo}",
        "10:20",
        "spec.http[0].match[0].uri.regex",
        "'(a)\\1' is not a supported regular expression")]
    [InlineData(
        "- match:\n  - headers: {x-a: {exact: 1}}\n  route:\n  - destination: {host: foo}",
        "10:30",
        "spec.http[0].match[0].headers.x-a.exact",
        "expected a string, found '1'; quote it: \"1\"")]
    [InlineData(
        "- match:\n  - headers: {'a b': {exact: c}}\n  route:\n  - destination: {host: foo}",
        "10:17",
        "spec.http[0].match[0].headers.a b",
        "'a b' is not a valid header name")]
    [InlineData("- match:\n  - {}\n  route:\n  - destination: {host: foo}", "10:7", "spec.http[0].match[0]", "must not be empty")]
    [InlineData(
        "- rewrite: {uri: /a, uriRegexRewrite: {match: a, rewrite: b}}\n  route:\n  - destination: {host: foo}",
        "9:14",
        "spec.http[0].rewrite",
        "uri and uriRegexRewrite are mutually exclusive")]
    [InlineData(
        "- route:\n  - destination: {host: foo}\n    weight: 0\n  - destination: {host: foo}\n    weight: 0",
        "9:5",
        "spec.http[0]",
        "the destination weights add up to 0; expected 1 to")]
    [InlineData("- route:\n  - weight: 1", "10:7", "spec.http[0].route[0]", "'destination' is required")]
    [InlineData(
        "- route:\n  - destination: {host: foo}\n    headers: {request: {set: {x-a: '%REQ(x)%'}}}",
        "11:38",
        "spec.http[0].route[0].headers.request.set.x-a",
        "not supported: ")]
    [InlineData(
        "- delegate: {name: other}",
        "9:22",
        "spec.http[0].delegate.name",
        "the delegate VirtualService default/other (one without hosts) was not found")]
    public void Virtual_service_errors_are_reported_with_location_and_path(string http, string location, string path, string message)
    {
        string[] errors = Yamls.Errors(Yamls.Service(http));

        Assert.Contains(errors, error => error.StartsWith($"p.yaml:{location}: error: {path}: {message}", StringComparison.Ordinal));
    }

    [Fact]
    public void All_errors_of_all_documents_are_reported_together()
    {
        string[] errors = Yamls.Errors(Yamls.Documents(
            Yamls.Rule("outlierDetection:\n  interval: soon\n  maxEjectionPercent: 200"),
            "a: [1, 2\n",
            Yamls.Service("- route:\n  - destination: {host: foo}\n  timeout: later")));

        Assert.Equal(4, errors.Length);
        Assert.Contains(
            "p.yaml:10:17: error: spec.trafficPolicy.outlierDetection.interval: expected a duration with a unit, such as 250ms, 5s, 1.5s or 1h30m, "
            + "found 'soon'.",
            errors[0],
            StringComparison.Ordinal);
        Assert.Contains("maxEjectionPercent", errors[1], StringComparison.Ordinal);
        Assert.Contains("invalid YAML", errors[2], StringComparison.Ordinal);
        Assert.Contains(
            "spec.http[0].timeout: expected a duration with a unit, such as 250ms, 5s, 1.5s or 1h30m, found 'later'.",
            errors[3],
            StringComparison.Ordinal);
    }

    [Fact]
    public void Documents_of_other_kinds_are_skipped_with_a_note()
    {
        IstioPolicySet set = IstioPolicySet.Parse(new IstioClientOptions(), "apiVersion: v1\nkind: Service\nmetadata:\n  name: foo\nspec: {}\n", "p.yaml");

        IstioFinding note = Assert.Single(set.Findings);
        Assert.Equal(IstioFindingSeverity.Note, note.Severity);
        Assert.StartsWith("p.yaml:1:1: note: Service (v1) is skipped", note.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v1alpha3", true)]
    [InlineData("v1beta1", true)]
    [InlineData("v1", true)]
    [InlineData("v2", false)]
    public void Three_api_versions_are_supported(string version, bool isRead)
    {
        string text = Yamls.Rule("outlierDetection: {}").Replace("networking.istio.io/v1", $"networking.istio.io/{version}", StringComparison.Ordinal);

        Assert.Equal(isRead, Yamls.Errors(text).Length == 0);
    }

    [Fact]
    public void Tcp_and_tls_routes_are_not_supported()
    {
        const string Text = """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata:
              name: db
            spec:
              hosts: [db]
              tcp:
              - route:
                - destination: {host: db}
              tls:
              - match: []
            """;

        Assert.Equal(2, Yamls.Errors(Text).Count(static error => error.Contains("not supported: an HttpClient", StringComparison.Ordinal)));
    }

    [Fact]
    public void Unreachable_rule_is_reported_with_a_warning()
    {
        string text = Yamls.Service("- route:\n  - destination: {host: foo}\n- match:\n  - uri: {prefix: /a}\n  route:\n  - destination: {host: foo}");

        Assert.Contains("never reached", Assert.Single(Yamls.Warnings(text)), StringComparison.Ordinal);
    }

    [Fact]
    public void Overlapping_hosts_of_one_service_are_an_error()
    {
        string text = Yamls.Service("- route:\n  - destination: {host: foo}", host: "*.example.com").Replace(
            "http:",
            "- a.example.com\n  http:",
            StringComparison.Ordinal);

        Assert.Contains("'a.example.com' overlaps the earlier host '*.example.com'", Assert.Single(Yamls.Errors(text)), StringComparison.Ordinal);
    }
}
