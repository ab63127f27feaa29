namespace LoadBalancing.Client.Istio.Tests.Mapping;

/// <summary>Each field of a VirtualService, and what becomes of it.</summary>
public sealed class VirtualServicePlanTests
{
    private const string Route = "\n  route:\n  - destination: {host: foo}";

    [Theory]
    [InlineData("- match:\n  - uri: {exact: /a}", "Routes:0:Match:0:Path", "/a")]
    [InlineData("- match:\n  - uri: {prefix: /a}", "Routes:0:Match:0:PathPrefix", "/a")]
    [InlineData("- match:\n  - uri: {regex: '/a.*'}", "Routes:0:Match:0:PathRegex", "/a.*")]
    [InlineData("- match:\n  - uri: {prefix: /a}\n    ignoreUriCase: true", "Routes:0:Match:0:IgnoreCase", "true")]
    [InlineData("- match:\n  - method: {exact: POST}", "Routes:0:Match:0:Methods:0", "POST")]
    [InlineData("- match:\n  - method: {regex: 'GET|HEAD'}", "Routes:0:Match:0:MethodMatch:Regex", "GET|HEAD")]
    [InlineData("- match:\n  - scheme: {exact: https}", "Routes:0:Match:0:Scheme", "https")]
    [InlineData("- match:\n  - scheme: {prefix: http}", "Routes:0:Match:0:SchemeMatch:Prefix", "http")]
    [InlineData("- match:\n  - authority: {exact: foo}", "Routes:0:Match:0:Authority:Exact", "foo")]
    [InlineData("- match:\n  - authority: {prefix: fo}", "Routes:0:Match:0:Authority:Prefix", "fo")]
    [InlineData("- match:\n  - headers: {x-a: {exact: b}}", "Routes:0:Match:0:Headers:0:Exact", "b")]
    [InlineData("- match:\n  - headers: {x-a: {prefix: b}}", "Routes:0:Match:0:Headers:0:Prefix", "b")]
    [InlineData("- match:\n  - headers: {x-a: {regex: b.}}", "Routes:0:Match:0:Headers:0:Regex", "b.")]
    [InlineData("- match:\n  - headers: {x-a: {regex: '*'}}", "Routes:0:Match:0:Headers:0:Present", "true")]
    [InlineData("- match:\n  - headers: {x-a: {}}", "Routes:0:Match:0:Headers:0:Present", "true")]
    [InlineData("- match:\n  - withoutHeaders: {x-a: {}}", "Routes:0:Match:0:Headers:0:Present", "false")]
    [InlineData("- match:\n  - withoutHeaders: {x-a: {exact: b}}", "Routes:0:Match:0:Headers:0:Invert", "true")]
    [InlineData("- match:\n  - queryParams: {page: {exact: '1'}}", "Routes:0:Match:0:Query:0:Exact", "1")]
    [InlineData("- match:\n  - queryParams: {page: {regex: '*'}}", "Routes:0:Match:0:Query:0:Present", "true")]
    [InlineData("- match:\n  - uri: {exact: /a}\n  - uri: {exact: /b}", "Routes:0:Match:1:Path", "/b")]
    [InlineData("- name: reads", "Routes:0:Name", "reads")]
    [InlineData("- timeout: 1s", "Routes:0:Timeout", "1s")]
    [InlineData("- timeout: 0s", "Routes:0:Timeout", "infinite")]
    [InlineData("- name: a", "Routes:0:Timeout", "infinite")]
    [InlineData("- name: a", "Routes:0:Retry:MaxRetries", "2")]
    [InlineData("- name: a", "Routes:0:Retry:PerTryTimeout", "infinite")]
    [InlineData("- name: a", "Routes:0:Retry:RetryOn:0", "connect-failure")]
    [InlineData("- name: a", "Routes:0:Retry:RetryOn:4", "retriable-status-codes")]
    [InlineData("- name: a", "Routes:0:Retry:MaxBackoff", "250ms")]
    [InlineData("- retries: {attempts: 5, retryOn: '5xx,429'}", "Routes:0:Retry:MaxRetries", "5")]
    [InlineData("- retries: {attempts: 5, retryOn: '5xx,429'}", "Routes:0:Retry:RetryOn:1", "429")]
    [InlineData("- retries: {attempts: 5, perTryTimeout: 2s}", "Routes:0:Retry:PerTryTimeout", "2s")]
    [InlineData("- retries: {attempts: 5, perTryTimeout: 2s}", "Routes:0:Retry:RetryOn:2", "unavailable")]
    [InlineData("- retries: {attempts: 5, backoff: 1s}", "Routes:0:Retry:BaseBackoff", "1s")]
    [InlineData("- retries: {attempts: 5, backoff: 1s}", "Routes:0:Retry:MaxBackoff", "10s")]
    [InlineData("- retries: {attempts: 0}", "Routes:0:Retry:MaxRetries", "0")]
    [InlineData("- fault: {delay: {fixedDelay: 5s, percentage: {value: 0.5}}}", "Routes:0:Fault:Delay:FixedDelay", "5s")]
    [InlineData("- fault: {delay: {fixedDelay: 5s, percentage: {value: 0.5}}}", "Routes:0:Fault:Delay:Percent", "0.5")]
    [InlineData("- fault: {delay: {fixedDelay: 5s, percent: 50}}", "Routes:0:Fault:Delay:Percent", "50")]
    [InlineData("- fault: {delay: {fixedDelay: 5s}}", "Routes:0:Fault:Delay:Percent", "0")]
    [InlineData("- fault: {abort: {httpStatus: 503, percentage: {value: 10}}}", "Routes:0:Fault:Abort:Status", "503")]
    [InlineData("- fault: {abort: {httpStatus: 503, percentage: 10}}", "Routes:0:Fault:Abort:Percent", "10")]
    [InlineData("- headers: {request: {set: {x-a: b}, add: {x-c: d}, remove: [x-e]}}", "Routes:0:RequestHeaders:Set:x-a", "b")]
    [InlineData("- headers: {request: {set: {x-a: b}, add: {x-c: d}, remove: [x-e]}}", "Routes:0:RequestHeaders:Add:x-c", "d")]
    [InlineData("- headers: {request: {set: {x-a: b}, add: {x-c: d}, remove: [x-e]}}", "Routes:0:RequestHeaders:Remove:0", "x-e")]
    [InlineData("- headers: {response: {set: {x-a: b}}}", "Routes:0:ResponseHeaders:Set:x-a", "b")]
    [InlineData("- rewrite: {uri: /v2}", "Routes:0:Rewrite:Prefix", "/v2")]
    [InlineData("- rewrite: {authority: other.example.com}", "Routes:0:Rewrite:Host", "other.example.com")]
    [InlineData("- rewrite: {uriRegexRewrite: {match: '^/a/(.*)$', rewrite: '/b/\\1$'}}", "Routes:0:Rewrite:Regex", "^/a/(.*)$")]
    [InlineData("- rewrite: {uriRegexRewrite: {match: '^/a/(.*)$', rewrite: '/b/\\1$'}}", "Routes:0:Rewrite:Substitution", "/b/${1}$$")]
    [InlineData("- rewrite: {uriRegexRewrite: {match: '^/a/(.*)$', rewrite: '/b/\\10'}}", "Routes:0:Rewrite:Substitution", "/b/${1}0")]
    public void A_field_becomes_a_value_of_the_route(string rule, string key, string value) =>
        Assert.Equal(value, Yamls.Plan(Yamls.Service(rule + Route)).GetValueOrDefault(key));

    [Theory]
    [InlineData("- redirect: {uri: /b, authority: other, scheme: https, redirectCode: 308}", "Redirect:Path", "/b")]
    [InlineData("- redirect: {uri: /b, authority: other, scheme: https, redirectCode: 308}", "Redirect:Host", "other")]
    [InlineData("- redirect: {uri: /b, authority: other, scheme: https, redirectCode: 308}", "Redirect:Scheme", "https")]
    [InlineData("- redirect: {uri: /b, authority: other, scheme: https, redirectCode: 308}", "Redirect:Status", "308")]
    [InlineData("- redirect: {uri: /b}", "Redirect:Status", "301")]
    [InlineData("- redirect: {uri: /b, redirectCode: 0}", "Redirect:Status", "301")]
    [InlineData("- redirect: {port: 8443}", "Redirect:Port", "8443")]
    [InlineData("- redirect: {scheme: https, derivePort: FROM_PROTOCOL_DEFAULT}", "Redirect:Port", "443")]
    [InlineData("- redirect: {scheme: https, derivePort: FROM_REQUEST_PORT}", "Redirect:Port", "80")]
    [InlineData("- directResponse: {status: 503, body: {string: closed}}", "DirectResponse:Status", "503")]
    [InlineData("- directResponse: {status: 503, body: {string: closed}}", "DirectResponse:Body", "closed")]
    public void A_rule_that_sends_nothing_becomes_an_answer(string rule, string key, string value) =>
        Assert.Equal(value, Yamls.Plan(Yamls.Service(rule)).GetValueOrDefault($"Routes:0:{key}"));

    [Fact]
    public void Where_no_rule_fits_the_answer_is_the_mesh_s_404()
    {
        Dictionary<string, string> plan = Yamls.Plan(Yamls.Service("- match:\n  - uri: {prefix: /a}" + Route));

        Assert.Equal("404", plan["Routes:1:DirectResponse:Status"]);
        Assert.False(plan.ContainsKey("Routes:1:Match:0:Path"));
    }

    [Fact]
    public void What_the_client_is_decides_once_and_for_all()
    {
        string text = Yamls.Service($"""
            - match:
              - sourceLabels: [] 
            """.Replace("[] ", "{app: shop}", StringComparison.Ordinal) + Route + "\n  timeout: 1s\n- match:\n  - sourceNamespace: other" + Route + "\n- match:\n  - port: 8080" + Route + "\n- match:\n  - gateways: [edge]" + Route + "\n- timeout: 2s" + Route);

        Dictionary<string, string> stranger = Yamls.Plan(text);
        Dictionary<string, string> shop = Yamls.Plan(text, new IstioClientOptions { Labels = { ["app"] = "shop" } });

        Assert.Equal("2s", stranger["Routes:0:Timeout"]);
        Assert.Equal("1s", shop["Routes:0:Timeout"]);
        Assert.Equal((false, false), (stranger.ContainsKey("Routes:1:Name"), shop.ContainsKey("Routes:1:Name")));
    }

    [Fact]
    public void Weighted_destinations_are_other_services_and_subsets()
    {
        string rule = Yamls.Rule("outlierDetection: {}") + "  subsets:\n  - name: v2\n    labels: {version: v2}\n";
        string service = Yamls.Service("- route:\n  - destination: {host: foo}\n    weight: 80\n  - destination: {host: foo, subset: v2}\n    weight: 15\n  - destination: {host: bar}\n    weight: 5\n    headers: {request: {set: {x-a: b}}}\n  - destination: {host: baz}\n    weight: 0");

        Dictionary<string, string> plan = Yamls.Plan(Yamls.Documents(rule, service));

        Assert.Equal(("80", null, null), (plan["Routes:0:Destinations:0:Weight"], plan.GetValueOrDefault("Routes:0:Destinations:0:Service"), plan.GetValueOrDefault("Routes:0:Destinations:0:Subset")));
        Assert.Equal(("15", "v2"), (plan["Routes:0:Destinations:1:Weight"], plan["Routes:0:Destinations:1:Subset"]));
        Assert.Equal(("5", "bar", "b"), (plan["Routes:0:Destinations:2:Weight"], plan["Routes:0:Destinations:2:Service"], plan["Routes:0:Destinations:2:RequestHeaders:Set:x-a"]));
        Assert.False(plan.ContainsKey("Routes:0:Destinations:3:Weight"));
    }

    [Fact]
    public void A_subset_that_nobody_defines_is_an_error() =>
        Assert.Contains("no DestinationRule that counts for this client has a subset 'v9' of host 'foo'", Assert.Single(Yamls.Errors(Yamls.Service("- route:\n  - destination: {host: foo, subset: v9}"))), StringComparison.Ordinal);

    [Fact]
    public void Rules_of_a_delegate_take_the_place_of_the_rule_that_delegates()
    {
        string root = Yamls.Service("- match:\n  - uri: {prefix: /shop}\n  timeout: 9s\n  delegate: {name: shop, namespace: team}\n- route:\n  - destination: {host: foo}");
        const string Team = """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: shop, namespace: team}
            spec:
              http:
              - match:
                - uri: {prefix: /shop/reviews}
                timeout: 1s
                route:
                - destination: {host: foo.default.svc.cluster.local}
              - route:
                - destination: {host: foo.default.svc.cluster.local}
            """;

        Dictionary<string, string> plan = Yamls.Plan(Yamls.Documents(root, Team));

        Assert.Equal(("/shop/reviews", "1s"), (plan["Routes:0:Match:0:PathPrefix"], plan["Routes:0:Timeout"]));
        Assert.Equal(("/shop", "9s"), (plan["Routes:1:Match:0:PathPrefix"], plan["Routes:1:Timeout"]));
        Assert.Equal("infinite", plan["Routes:2:Timeout"]);
        Assert.Contains("contradict those of the rule that delegates", Assert.Single(Yamls.Errors(Yamls.Documents(root, Team.Replace("/shop/reviews", "/other", StringComparison.Ordinal)))), StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_are_retried_for_idempotent_methods_only_and_that_is_said()
    {
        IstioPolicySet set = IstioPolicySet.Parse(new IstioClientOptions(), Yamls.Service("- retries: {attempts: 1, retryOn: 5xx}" + Route), "p.yaml");

        Assert.Contains("count for idempotent requests only", Assert.Single(set.Findings, static finding => finding.Severity == IstioFindingSeverity.Note).Message, StringComparison.Ordinal);
    }
}
