namespace LoadBalancing.Client.Istio.Tests.Reading;

/// <summary>What is refused, where it is said to stand, and what is said to be right.</summary>
public sealed class ValidationTests
{
    [Theory]
    [InlineData("outlierDetection:\n  consecutive5xxErrors: many", "10:29", "spec.trafficPolicy.outlierDetection.consecutive5xxErrors", "'many' is not a whole number; it is 0 (off) to 4095.")]
    [InlineData("outlierDetection:\n  interval: 5", "10:17", "spec.trafficPolicy.outlierDetection.interval", "'5' is not a duration with its unit, like 250ms, 5s, 1.5s or 1h30m.")]
    [InlineData("outlierDetection:\n  interval: 500us", "10:17", "spec.trafficPolicy.outlierDetection.interval", "500us is not allowed; it is 1ms or longer, in whole milliseconds.")]
    [InlineData("outlierDetection:\n  maxEjectionPercent: 101", "10:27", "spec.trafficPolicy.outlierDetection.maxEjectionPercent", "101 is not allowed; it is a percentage, 0 to 100.")]
    [InlineData("outlierDetection:\n  consecutiveLocalOriginFailures: 3", "10:39", "spec.trafficPolicy.outlierDetection.consecutiveLocalOriginFailures", "it needs splitExternalLocalOriginErrors: true beside it")]
    [InlineData("outlierDetection:\n  consecutive5xxError: 3", "10:7", "spec.trafficPolicy.outlierDetection.consecutive5xxError", "'consecutive5xxError' is not known; known here are")]
    [InlineData("outlierDetection:", "9:22", "spec.trafficPolicy.outlierDetection", "nothing stands here; expected a section with fields of its own")]
    [InlineData("connectionPool: {}", "9:21", "spec.trafficPolicy.connectionPool", "it is empty; it has tcp or http.")]
    [InlineData("connectionPool:\n  http:\n    maxRequestsPerConnection: -1", "11:35", "spec.trafficPolicy.connectionPool.http.maxRequestsPerConnection", "-1 is not allowed")]
    [InlineData("connectionPool:\n  http:\n    maxRequestsPerConnection: 10", "11:35", "spec.trafficPolicy.connectionPool.http.maxRequestsPerConnection", "refused: ")]
    [InlineData("loadBalancer:\n  localityLbSetting:\n    failoverPriority: [a, a=1]", "11:31", "spec.trafficPolicy.loadBalancer.localityLbSetting.failoverPriority[1]", "'a=1' is not allowed")]
    [InlineData("connectionPool:\n  http:\n    h2UpgradePolicy: UPGRADE", "11:26", "spec.trafficPolicy.connectionPool.http.h2UpgradePolicy", "refused: the version of a request is the caller's")]
    [InlineData("connectionPool:\n  http:\n    maxConcurrentStreams: 5", "11:31", "spec.trafficPolicy.connectionPool.http.maxConcurrentStreams", "refused: ")]
    [InlineData("connectionPool:\n  tcp:\n    maxConnectionDuration: 5s", "11:32", "spec.trafficPolicy.connectionPool.tcp.maxConnectionDuration", "refused: ")]
    [InlineData("loadBalancer:\n  simple: FASTEST", "10:15", "spec.trafficPolicy.loadBalancer.simple", "'FASTEST' is not known; it is one of UNSPECIFIED")]
    [InlineData("loadBalancer:\n  simple: PASSTHROUGH", "10:15", "spec.trafficPolicy.loadBalancer.simple", "refused: ")]
    [InlineData("loadBalancer:\n  simple: RANDOM\n  consistentHash:\n    useSourceIp: true", "10:7", "spec.trafficPolicy.loadBalancer", "simple and consistentHash stand side by side")]
    [InlineData("loadBalancer:\n  consistentHash: {}", "10:23", "spec.trafficPolicy.loadBalancer.consistentHash", "it says nothing to hash")]
    [InlineData("loadBalancer:\n  consistentHash:\n    useSourceIp: true\n    maglev: {}", "12:17", "spec.trafficPolicy.loadBalancer.consistentHash.maglev", "'tableSize' is missing")]
    [InlineData("loadBalancer:\n  consistentHash:\n    useSourceIp: true\n    maglev:\n      tableSize: 100", "13:22", "spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize", "100 is not allowed; it is a prime number")]
    [InlineData("loadBalancer:\n  consistentHash:\n    httpCookie:\n      ttl: 0s", "12:11", "spec.trafficPolicy.loadBalancer.consistentHash.httpCookie", "'name' is missing")]
    [InlineData("loadBalancer:\n  consistentHash:\n    httpCookie:\n      name: a\n      attributes:\n      - name: SameSite", "14:11", "spec.trafficPolicy.loadBalancer.consistentHash.httpCookie.attributes", "refused: ")]
    [InlineData("loadBalancer:\n  consistentHash:\n    httpHeaderName: 'x user'", "11:25", "spec.trafficPolicy.loadBalancer.consistentHash.httpHeaderName", "'x user' is not the name of a header")]
    [InlineData("loadBalancer:\n  localityLbSetting:\n    zoneAwareLbSetting: {}", "11:29", "spec.trafficPolicy.loadBalancer.localityLbSetting.zoneAwareLbSetting", "refused: ")]
    [InlineData("loadBalancer:\n  localityLbSetting:\n    distribute:\n    - from: a/b/c\n      to:\n        a/b/c: 60\n        d: 30", "14:13", "spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0].to", "the shares add up to 90")]
    [InlineData("loadBalancer:\n  localityLbSetting:\n    failover:\n    - from: a/b\n      to: c", "12:17", "spec.trafficPolicy.loadBalancer.localityLbSetting.failover[0].from", "'a/b' is not a region")]
    [InlineData("loadBalancer:\n  warmup:\n    duration: 1s\n    minimumPercent: 101", "12:25", "spec.trafficPolicy.loadBalancer.warmup.minimumPercent", "101 is not allowed")]
    [InlineData("loadBalancer:\n  warmup:\n    duration: 1s\n  warmupDurationSecs: 1s", "10:7", "spec.trafficPolicy.loadBalancer", "warmup and warmupDurationSecs stand side by side")]
    [InlineData("tls:\n  mode: ISTIO_MUTUAL", "10:13", "spec.trafficPolicy.tls.mode", "refused: ")]
    [InlineData("tls:\n  mode: MUTUAL", "10:7", "spec.trafficPolicy.tls", "mode MUTUAL needs clientCertificate and privateKey.")]
    [InlineData("tls:\n  mode: DISABLE\n  insecureSkipVerify: true", "10:7", "spec.trafficPolicy.tls", "mode DISABLE stands with other fields")]
    [InlineData("tls:\n  mode: SIMPLE\n  sni: other", "11:12", "spec.trafficPolicy.tls.sni", "refused: ")]
    [InlineData("tls:\n  mode: SIMPLE\n  credentialName: secret", "11:23", "spec.trafficPolicy.tls.credentialName", "refused: ")]
    [InlineData("tunnel:\n  targetHost: a", "10:7", "spec.trafficPolicy.tunnel", "refused: ")]
    [InlineData("proxyProtocol:\n  version: V2", "10:7", "spec.trafficPolicy.proxyProtocol", "refused: ")]
    [InlineData("retryBudget:\n  percent: 120", "10:16", "spec.trafficPolicy.retryBudget.percent", "120 is not allowed")]
    [InlineData("portLevelSettings: []", "9:5", "spec.trafficPolicy", "portLevelSettings is an empty list")]
    [InlineData("portLevelSettings:\n- outlierDetection: {}", "10:7", "spec.trafficPolicy.portLevelSettings[0]", "it says no port")]
    public void A_destination_rule_s_slip_is_named_by_place_and_path(string policy, string place, string path, string message)
    {
        string[] errors = Yamls.Errors(Yamls.Rule(policy));

        Assert.Contains(errors, error => error.StartsWith($"p.yaml:{place}: error: {path}: {message}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("- route:\n  - destination:\n      host: foo\n  timeout: fast", "12:14", "spec.http[0].timeout", "'fast' is not a duration")]
    [InlineData("- timeout: 1s", "9:5", "spec.http[0]", "it says nothing to do")]
    [InlineData("- route: []", "9:5", "spec.http[0]", "'route' has no destination")]
    [InlineData("- redirect: {uri: /a}\n  route:\n  - destination: {host: foo}", "9:5", "spec.http[0]", "route and redirect stand side by side")]
    [InlineData("- redirect: {}", "9:15", "spec.http[0].redirect", "it says nothing to redirect to")]
    [InlineData("- redirect: {uri: /a, redirectCode: 304}", "9:39", "spec.http[0].redirect.redirectCode", "304 is not allowed")]
    [InlineData("- redirect: {uri: /a}\n  fault: {abort: {httpStatus: 500, percentage: {value: 1}}}", "9:5", "spec.http[0]", "fault has no place beside redirect")]
    [InlineData("- directResponse: {body: {string: a}}", "9:21", "spec.http[0].directResponse", "'status' is missing")]
    [InlineData("- route:\n  - destination: {host: foo}\n  retries: {attempts: -1}", "11:25", "spec.http[0].retries.attempts", "-1 is not allowed")]
    [InlineData("- route:\n  - destination: {host: foo}\n  retries: {attempts: 0, retryOn: 5xx}", "11:25", "spec.http[0].retries.attempts", "0 attempts stand beside other settings")]
    [InlineData("- route:\n  - destination: {host: foo}\n  retries: {retryOn: 5xx}", "11:14", "spec.http[0].retries", "'attempts' is missing")]
    [InlineData("- route:\n  - destination: {host: foo}\n  retries: {attempts: 1, retryOn: '5xx,sometimes'}", "11:37", "spec.http[0].retries.retryOn", "'sometimes' is not known; known are 5xx, gateway-error")]
    [InlineData("- route:\n  - destination: {host: foo}\n  retries: {attempts: 1, retryIgnorePreviousHosts: false}", "11:54", "spec.http[0].retries.retryIgnorePreviousHosts", "refused: ")]
    [InlineData("- route:\n  - destination: {host: foo}\n  retries: {attempts: 1, retryRemoteLocalities: true}", "11:51", "spec.http[0].retries.retryRemoteLocalities", "refused: ")]
    [InlineData("- route:\n  - destination: {host: foo}\n  fault: {}", "11:12", "spec.http[0].fault", "it says no fault")]
    [InlineData("- route:\n  - destination: {host: foo}\n  fault: {delay: {percentage: {value: 10}}}", "11:20", "spec.http[0].fault.delay", "'fixedDelay' is missing")]
    [InlineData("- route:\n  - destination: {host: foo}\n  fault: {abort: {httpStatus: 500, percentage: 101}}", "11:50", "spec.http[0].fault.abort.percentage", "101 is not allowed")]
    [InlineData("- route:\n  - destination: {host: foo}\n  fault: {abort: {grpcStatus: UNAVAILABLE}}", "11:33", "spec.http[0].fault.abort.grpcStatus", "refused: ")]
    [InlineData("- route:\n  - destination: {host: foo}\n  fault: {delay: {exponentialDelay: 1s}}", "11:39", "spec.http[0].fault.delay.exponentialDelay", "refused: ")]
    [InlineData("- route:\n  - destination: {host: foo}\n  mirror: {host: bar}", "11:13", "spec.http[0].mirror", "refused: ")]
    [InlineData("- route:\n  - destination: {host: foo}\n  mirrors: []", "11:14", "spec.http[0].mirrors", "refused: ")]
    [InlineData("- route:\n  - destination: {host: foo}\n  corsPolicy: {}", "11:17", "spec.http[0].corsPolicy", "refused: ")]
    [InlineData("- match: []\n  route:\n  - destination: {host: foo}", "9:5", "spec.http[0]", "'match' is an empty list")]
    [InlineData("- match:\n  - uri: {prefix: api}\n  route:\n  - destination: {host: foo}", "10:21", "spec.http[0].match[0].uri.prefix", "'api' does not begin with a slash")]
    [InlineData("- match:\n  - uri: {regex: '(a'}\n  route:\n  - destination: {host: foo}", "10:20", "spec.http[0].match[0].uri.regex", "'(a' is no regular expression")]
    [InlineData("- match:\n  - uri: {regex: '(a)\\1'}\n  route:\n  - destination: {host: foo}", "10:20", "spec.http[0].match[0].uri.regex", "'(a)\\1' is no regular expression")]
    [InlineData("- match:\n  - headers: {x-a: {exact: 1}}\n  route:\n  - destination: {host: foo}", "10:30", "spec.http[0].match[0].headers.x-a.exact", "'1' is not a text; in quotes it is one: \"1\"")]
    [InlineData("- match:\n  - headers: {'a b': {exact: c}}\n  route:\n  - destination: {host: foo}", "10:17", "spec.http[0].match[0].headers.a b", "'a b' is not the name of a header")]
    [InlineData("- match:\n  - {}\n  route:\n  - destination: {host: foo}", "10:7", "spec.http[0].match[0]", "it asks for nothing")]
    [InlineData("- rewrite: {uri: /a, uriRegexRewrite: {match: a, rewrite: b}}\n  route:\n  - destination: {host: foo}", "9:14", "spec.http[0].rewrite", "uri and uriRegexRewrite stand side by side")]
    [InlineData("- route:\n  - destination: {host: foo}\n    weight: 0\n  - destination: {host: foo}\n    weight: 0", "9:5", "spec.http[0]", "the weights of the destinations add up to 0; together they are 1 to")]
    [InlineData("- route:\n  - weight: 1", "10:7", "spec.http[0].route[0]", "'destination' is missing")]
    [InlineData("- route:\n  - destination: {host: foo}\n    headers: {request: {set: {x-a: '%REQ(x)%'}}}", "11:38", "spec.http[0].route[0].headers.request.set.x-a", "refused: ")]
    [InlineData("- delegate: {name: other}", "9:22", "spec.http[0].delegate.name", "there is no VirtualService default/other without hosts")]
    public void A_virtual_service_s_slip_is_named_by_place_and_path(string http, string place, string path, string message)
    {
        string[] errors = Yamls.Errors(Yamls.Service(http));

        Assert.Contains(errors, error => error.StartsWith($"p.yaml:{place}: error: {path}: {message}", StringComparison.Ordinal));
    }

    [Fact]
    public void All_slips_of_all_documents_are_told_at_once()
    {
        string[] errors = Yamls.Errors(Yamls.Documents(
            Yamls.Rule("outlierDetection:\n  interval: soon\n  maxEjectionPercent: 200"),
            "a: [1, 2\n",
            Yamls.Service("- route:\n  - destination: {host: foo}\n  timeout: later")));

        Assert.Equal(4, errors.Length);
        Assert.Contains("p.yaml:10:17: error: spec.trafficPolicy.outlierDetection.interval: 'soon'", errors[0], StringComparison.Ordinal);
        Assert.Contains("maxEjectionPercent", errors[1], StringComparison.Ordinal);
        Assert.Contains("this is no YAML", errors[2], StringComparison.Ordinal);
        Assert.Contains("spec.http[0].timeout: 'later'", errors[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Documents_of_other_kinds_are_skipped_with_a_note()
    {
        IstioPolicySet set = IstioPolicySet.Parse(new IstioClientOptions(), "apiVersion: v1\nkind: Service\nmetadata:\n  name: foo\nspec: {}\n", "p.yaml");

        IstioFinding note = Assert.Single(set.Findings);
        Assert.Equal(IstioFindingSeverity.Note, note.Severity);
        Assert.StartsWith("p.yaml:1:1: note: a Service (v1) is skipped", note.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v1alpha3", true)]
    [InlineData("v1beta1", true)]
    [InlineData("v1", true)]
    [InlineData("v2", false)]
    public void The_three_versions_are_read_alike(string version, bool isRead)
    {
        string text = Yamls.Rule("outlierDetection: {}").Replace("networking.istio.io/v1", $"networking.istio.io/{version}", StringComparison.Ordinal);

        Assert.Equal(isRead, Yamls.Errors(text).Length == 0);
    }

    [Fact]
    public void Routes_of_tcp_and_tls_are_refused()
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

        Assert.Equal(2, Yamls.Errors(Text).Count(static error => error.Contains("refused: connections", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_will_never_be_reached_is_warned_of()
    {
        string text = Yamls.Service("- route:\n  - destination: {host: foo}\n- match:\n  - uri: {prefix: /a}\n  route:\n  - destination: {host: foo}");

        Assert.Contains("it is never reached", Assert.Single(Yamls.Warnings(text)), StringComparison.Ordinal);
    }

    [Fact]
    public void Hosts_of_one_service_do_not_overlap()
    {
        string text = Yamls.Service("- route:\n  - destination: {host: foo}", host: "*.example.com").Replace("http:", "- a.example.com\n  http:", StringComparison.Ordinal);

        Assert.Contains("'a.example.com' overlaps '*.example.com'", Assert.Single(Yamls.Errors(text)), StringComparison.Ordinal);
    }
}
