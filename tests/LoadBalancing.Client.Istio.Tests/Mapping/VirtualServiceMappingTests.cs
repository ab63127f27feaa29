namespace LoadBalancing.Client.Istio.Tests.Mapping;

/// <summary>The options that each field of a VirtualService maps to.</summary>
public sealed class VirtualServiceMappingTests
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
    public void Field_is_mapped_to_an_option_of_the_route(string rule, string key, string value) =>
        Assert.Equal(value, Yamls.Map(Yamls.Service(rule + Route)).GetValueOrDefault(key));

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
    public void Redirect_and_direct_response_are_mapped(string rule, string key, string value) =>
        Assert.Equal(value, Yamls.Map(Yamls.Service(rule)).GetValueOrDefault($"Routes:0:{key}"));

    [Fact]
    public void Requests_without_a_matching_rule_get_404()
    {
        Dictionary<string, string> values = Yamls.Map(Yamls.Service("- match:\n  - uri: {prefix: /a}" + Route));

        Assert.Equal("404", values["Routes:1:DirectResponse:Status"]);
        Assert.False(values.ContainsKey("Routes:1:Match:0:Path"));
    }

    [Fact]
    public void Conditions_on_the_client_are_evaluated_when_mapping()
    {
        string text = Yamls.Service(
            "- match:\n  - sourceLabels: {app: shop}" + Route + "\n  timeout: 1s\n"
            + "- match:\n  - sourceNamespace: other" + Route + "\n"
            + "- match:\n  - port: 8080" + Route + "\n"
            + "- match:\n  - gateways: [edge]" + Route + "\n"
            + "- timeout: 2s" + Route);

        Dictionary<string, string> other = Yamls.Map(text);
        Dictionary<string, string> shop = Yamls.Map(text, new IstioClientOptions { Labels = { ["app"] = "shop" } });

        Assert.Equal("2s", other["Routes:0:Timeout"]);
        Assert.Equal("1s", shop["Routes:0:Timeout"]);
        Assert.Equal((false, false), (other.ContainsKey("Routes:1:Name"), shop.ContainsKey("Routes:1:Name")));
    }

    [Fact]
    public void Weighted_destinations_are_mapped_to_services_and_subsets()
    {
        string rule = Yamls.Rule("outlierDetection: {}") + "  subsets:\n  - name: v2\n    labels: {version: v2}\n";
        string service = Yamls.Service("""
            - route:
              - destination: {host: foo}
                weight: 80
              - destination: {host: foo, subset: v2}
                weight: 15
              - destination: {host: bar}
                weight: 5
                headers: {request: {set: {x-a: b}}}
              - destination: {host: baz}
                weight: 0
            """);

        Dictionary<string, string> values = Yamls.Map(Yamls.Documents(rule, service));

        Assert.Equal("80", values["Routes:0:Destinations:0:Weight"]);
        Assert.Null(values.GetValueOrDefault("Routes:0:Destinations:0:Service"));
        Assert.Null(values.GetValueOrDefault("Routes:0:Destinations:0:Subset"));
        Assert.Equal(("15", "v2"), (values["Routes:0:Destinations:1:Weight"], values["Routes:0:Destinations:1:Subset"]));
        Assert.Equal(("5", "bar"), (values["Routes:0:Destinations:2:Weight"], values["Routes:0:Destinations:2:Service"]));
        Assert.Equal("b", values["Routes:0:Destinations:2:RequestHeaders:Set:x-a"]);
        Assert.False(values.ContainsKey("Routes:0:Destinations:3:Weight"));
    }

    [Fact]
    public void Undefined_subset_is_an_error() =>
        Assert.Contains(
            "no DestinationRule that applies to this client defines subset 'v9' of host 'foo'",
            Assert.Single(Yamls.Errors(Yamls.Service("- route:\n  - destination: {host: foo, subset: v9}"))),
            StringComparison.Ordinal);

    [Fact]
    public void Rules_of_a_delegate_replace_the_delegating_rule()
    {
        string root = Yamls.Service("""
            - match:
              - uri: {prefix: /shop}
              timeout: 9s
              delegate: {name: shop, namespace: team}
            - route:
              - destination: {host: foo}
            """);
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

        Dictionary<string, string> values = Yamls.Map(Yamls.Documents(root, Team));

        Assert.Equal(("/shop/reviews", "1s"), (values["Routes:0:Match:0:PathPrefix"], values["Routes:0:Timeout"]));
        Assert.Equal(("/shop", "9s"), (values["Routes:1:Match:0:PathPrefix"], values["Routes:1:Timeout"]));
        Assert.Equal("infinite", values["Routes:2:Timeout"]);
        string contradiction = Team.Replace("/shop/reviews", "/other", StringComparison.Ordinal);
        Assert.Contains("contradict those of the delegating rule", Assert.Single(Yamls.Errors(Yamls.Documents(root, contradiction))), StringComparison.Ordinal);
    }

    [Fact]
    public void Response_conditions_are_noted_to_apply_to_idempotent_requests_only()
    {
        IstioPolicySet set = IstioPolicySet.Parse(new IstioClientOptions(), Yamls.Service("- retries: {attempts: 1, retryOn: 5xx}" + Route), "p.yaml");

        IstioFinding note = Assert.Single(set.Findings, static finding => finding.Severity == IstioFindingSeverity.Note);
        Assert.Contains("apply to idempotent requests only", note.Message, StringComparison.Ordinal);
    }
}
