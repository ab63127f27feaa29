namespace LoadBalancing.Client.Istio.Tests.Mapping;

/// <summary>The options that each field of a DestinationRule maps to.</summary>
public sealed class DestinationRuleMappingTests
{
    [Theory]
    [InlineData("loadBalancer: {simple: ROUND_ROBIN}", "Strategy", "RoundRobin")]
    [InlineData("loadBalancer: {simple: RANDOM}", "Strategy", "Random")]
    [InlineData("loadBalancer: {simple: LEAST_REQUEST}", "Strategy", "LeastRequest")]
    [InlineData("loadBalancer: {simple: LEAST_CONN}", "Strategy", "LeastRequest")]
    [InlineData("loadBalancer: {simple: UNSPECIFIED}", "Strategy", "LeastRequest")]
    [InlineData("outlierDetection: {}", "Strategy", "LeastRequest")]
    [InlineData("loadBalancer: {consistentHash: {httpHeaderName: x-user}}", "Strategy", "RingHash")]
    [InlineData("loadBalancer: {consistentHash: {httpHeaderName: x-user}}", "HashPolicies:0:Header", "x-user")]
    [InlineData("loadBalancer: {consistentHash: {httpHeaderName: x-user}}", "ConsistentHash:MinRingSize", "1024")]
    [InlineData("loadBalancer: {consistentHash: {httpHeaderName: x-user, minimumRingSize: 2048}}", "ConsistentHash:MinRingSize", "2048")]
    [InlineData("loadBalancer: {consistentHash: {httpHeaderName: x-user, ringHash: {minimumRingSize: 4096}}}", "ConsistentHash:MinRingSize", "4096")]
    [InlineData("loadBalancer: {consistentHash: {httpHeaderName: x-user, maglev: {tableSize: 251}}}", "ConsistentHash:TableSize", "251")]
    [InlineData("loadBalancer: {consistentHash: {httpHeaderName: x-user, maglev: {tableSize: 251}}}", "Strategy", "Maglev")]
    [InlineData("loadBalancer: {consistentHash: {httpHeaderName: x-user}}", "ConsistentHash:OnUnavailableOwner", "Rebuild")]
    [InlineData("loadBalancer: {consistentHash: {useSourceIp: true}}", "HashPolicies:0:CallerAddress", "true")]
    [InlineData("loadBalancer: {consistentHash: {httpQueryParameterName: user}}", "HashPolicies:0:QueryParameter", "user")]
    [InlineData("loadBalancer: {consistentHash: {httpCookie: {name: sid, path: /a, ttl: 1h}}}", "HashPolicies:0:Cookie:Name", "sid")]
    [InlineData("loadBalancer: {consistentHash: {httpCookie: {name: sid, path: /a, ttl: 1h}}}", "HashPolicies:0:Cookie:Path", "/a")]
    [InlineData("loadBalancer: {consistentHash: {httpCookie: {name: sid, path: /a, ttl: 1h}}}", "HashPolicies:0:Cookie:Ttl", "1h")]
    [InlineData("loadBalancer: {consistentHash: {httpCookie: {name: sid, ttl: 0s}}}", "HashPolicies:0:Cookie:Ttl", "0s")]
    [InlineData("outlierDetection: {}", "OutlierDetection:ConsecutiveErrors", "5")]
    [InlineData("outlierDetection: {}", "OutlierDetection:ConsecutiveGatewayErrors", "0")]
    [InlineData("outlierDetection: {}", "OutlierDetection:Interval", "10s")]
    [InlineData("outlierDetection: {}", "OutlierDetection:BaseEjectionTime", "30s")]
    [InlineData("outlierDetection: {}", "OutlierDetection:MaxEjectionTime", "5m")]
    [InlineData("outlierDetection: {}", "OutlierDetection:MaxEjectionTimeJitter", "0s")]
    [InlineData("outlierDetection: {}", "OutlierDetection:MaxEjectionPercent", "10")]
    [InlineData("outlierDetection: {}", "Panic:ThresholdPercent", "0")]
    [InlineData("outlierDetection: {consecutive5xxErrors: 7}", "OutlierDetection:ConsecutiveErrors", "7")]
    [InlineData("outlierDetection: {consecutive5xxErrors: 0}", "OutlierDetection:ConsecutiveErrors", "0")]
    [InlineData("outlierDetection: {consecutiveErrors: 3}", "OutlierDetection:ConsecutiveErrors", "3")]
    [InlineData("outlierDetection: {consecutiveErrors: 0}", "OutlierDetection:ConsecutiveErrors", "0")]
    [InlineData("outlierDetection: {consecutiveErrors: 3, consecutive5xxErrors: 9}", "OutlierDetection:ConsecutiveErrors", "9")]
    [InlineData("outlierDetection: {consecutiveGatewayErrors: 4}", "OutlierDetection:ConsecutiveGatewayErrors", "4")]
    [InlineData("outlierDetection: {splitExternalLocalOriginErrors: true}", "OutlierDetection:SplitExternalLocalOriginErrors", "true")]
    [InlineData("outlierDetection: {splitExternalLocalOriginErrors: true}", "OutlierDetection:ConsecutiveLocalOriginFailures", "5")]
    [InlineData(
        "outlierDetection: {splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 2}",
        "OutlierDetection:ConsecutiveLocalOriginFailures",
        "2")]
    [InlineData("outlierDetection: {baseEjectionTime: 10m}", "OutlierDetection:MaxEjectionTime", "10m")]
    [InlineData("outlierDetection: {interval: 1500ms}", "OutlierDetection:Interval", "1500ms")]
    [InlineData("outlierDetection: {maxEjectionPercent: 60}", "OutlierDetection:MaxEjectionPercent", "60")]
    [InlineData("outlierDetection: {minHealthPercent: 30}", "Panic:ThresholdPercent", "30")]
    [InlineData("outlierDetection: {outlierDetectionHttpErrorCodes: [500, 429]}", "OutlierDetection:ErrorStatuses:1", "429")]
    [InlineData("loadBalancer: {simple: RANDOM}", "OutlierDetection:ConsecutiveErrors", "0")]
    [InlineData("loadBalancer: {simple: RANDOM}", "Panic:ThresholdPercent", "50")]
    [InlineData("connectionPool: {http: {http2MaxRequests: 50}}", "ConnectionPool:MaxRequests", "50")]
    [InlineData("connectionPool: {http: {http1MaxPendingRequests: 10}}", "ConnectionPool:MaxPendingRequests", "10")]
    [InlineData("connectionPool: {http: {maxRetries: 3}}", "ConnectionPool:MaxConcurrentRetries", "3")]
    [InlineData("connectionPool: {tcp: {tcpKeepalive: {probes: 4, time: 60s, interval: 5s}}}", "ConnectionPool:KeepAlive:TcpRetryCount", "4")]
    [InlineData("connectionPool: {tcp: {tcpKeepalive: {probes: 4, time: 60s, interval: 5s}}}", "ConnectionPool:KeepAlive:TcpTime", "1m")]
    [InlineData("connectionPool: {tcp: {tcpKeepalive: {probes: 4, time: 60s, interval: 5s}}}", "ConnectionPool:KeepAlive:TcpInterval", "5s")]
    [InlineData("connectionPool: {tcp: {maxConnections: 7}}", "ConnectionPool:MaxConnections", "7")]
    [InlineData("connectionPool: {tcp: {connectTimeout: 2s}}", "ConnectionPool:ConnectTimeout", "2s")]
    [InlineData("outlierDetection: {}", "ConnectionPool:ConnectTimeout", null)]
    [InlineData("connectionPool: {tcp: {idleTimeout: 2m}}", "ConnectionPool:IdleTimeout", "2m")]
    [InlineData("connectionPool: {tcp: {idleTimeout: 2m}, http: {idleTimeout: 3m}}", "ConnectionPool:IdleTimeout", "3m")]
    [InlineData("outlierDetection: {}", "ConnectionPool:IdleTimeout", null)]
    [InlineData("connectionPool: {http: {maxRequestsPerConnection: 1}}", "ConnectionPool:MaxRequestsPerConnection", "1")]
    [InlineData(
        "connectionPool: {http: {maxRetries: 0, useClientProtocol: true, h2UpgradePolicy: DO_NOT_UPGRADE}}",
        "ConnectionPool:MaxConcurrentRetries",
        null)]
    [InlineData("outlierDetection: {}", "RetryBudget:Enabled", "false")]
    [InlineData("retryBudget: {}", "RetryBudget:Enabled", "true")]
    [InlineData("retryBudget: {}", "RetryBudget:Percent", "20")]
    [InlineData("retryBudget: {percent: 12.5, minRetryConcurrency: 7}", "RetryBudget:Percent", "12.5")]
    [InlineData("retryBudget: {percent: 12.5, minRetryConcurrency: 7}", "RetryBudget:MinConcurrentRetries", "7")]
    [InlineData("retryBudget: {}\nconnectionPool: {http: {maxRetries: 3}}", "ConnectionPool:MaxConcurrentRetries", null)]
    [InlineData("loadBalancer: {simple: ROUND_ROBIN, warmup: {duration: 30s}}", "SlowStart:Window", "30s")]
    [InlineData("loadBalancer: {simple: ROUND_ROBIN, warmup: {duration: 30s}}", "SlowStart:MinWeightPercent", "10")]
    [InlineData("loadBalancer: {warmup: {duration: 30s, minimumPercent: 5, aggression: 2}}", "SlowStart:MinWeightPercent", "5")]
    [InlineData("loadBalancer: {warmup: {duration: 30s, minimumPercent: 5, aggression: 2}}", "SlowStart:Aggression", "2")]
    [InlineData("loadBalancer: {warmupDurationSecs: 20s}", "SlowStart:Window", "20s")]
    [InlineData("loadBalancer: {simple: RANDOM, warmup: {duration: 30s}}", "SlowStart:Window", null)]
    public void Field_is_mapped_to_an_option_of_the_cluster(string policy, string key, string? value)
    {
        Dictionary<string, string> values = Yamls.Map(Yamls.Rule(policy));

        Assert.Equal(value, values.GetValueOrDefault(key));
    }

    [Theory]
    [InlineData("outlierDetection: {}", "Locality:Mode", "Failover")]
    [InlineData("outlierDetection: {}\nloadBalancer: {localityLbSetting: {enabled: false}}", "Locality:Mode", null)]
    [InlineData("loadBalancer: {simple: RANDOM}", "Locality:Mode", null)]
    [InlineData("outlierDetection: {}", "Locality:Self", "eu/a/1")]
    [InlineData("outlierDetection: {}\nloadBalancer: {localityLbSetting: {failover: [{from: eu, to: us}]}}", "Locality:Failover:0:To", "us")]
    [InlineData(
        "outlierDetection: {}\nloadBalancer: {localityLbSetting: {failoverPriority: ['topology.kubernetes.io/zone', 'rack=7']}}",
        "Locality:FailoverPriority:1",
        "rack=7")]
    [InlineData("outlierDetection: {}\nloadBalancer: {localityLbSetting: {failoverPriority: ['rack']}}", "Locality:Labels:rack", "7")]
    [InlineData("loadBalancer: {localityLbSetting: {distribute: [{from: 'eu/a/*', to: {'eu/a/*': 80, 'eu/b/*': 20}}]}}", "Locality:Mode", "Distribute")]
    [InlineData(
        "loadBalancer: {localityLbSetting: {distribute: [{from: 'eu/a/*', to: {'eu/a/*': 80, 'eu/b/*': 20}}]}}",
        "Locality:Distribute:0:To:eu/b/*",
        "20")]
    public void Locality_settings_apply_to_a_client_with_a_locality(string policy, string key, string? value)
    {
        var client = new IstioClientOptions { Locality = "eu/a/1", Labels = { ["rack"] = "7" } };

        Assert.Equal(value, Yamls.Map(Yamls.Rule(policy), client).GetValueOrDefault(key));
        Assert.DoesNotContain(Yamls.Map(Yamls.Rule(policy)).Keys, static key => key.StartsWith("Locality:", StringComparison.Ordinal));
    }

    [Fact]
    public void Policy_of_a_port_replaces_the_whole_policy_of_the_rule()
    {
        string rule = Yamls.Rule(
            "loadBalancer: {simple: RANDOM}\nconnectionPool: {http: {maxRetries: 3}}\nportLevelSettings:\n- port: {number: 8080}\n  outlierDetection: "
            + "{consecutive5xxErrors: 2}");

        Dictionary<string, string> at80 = Yamls.Map(rule);
        Dictionary<string, string> at8080 = Yamls.Map(rule, new IstioClientOptions { Ports = { [Yamls.Foo] = 8080 } });

        Assert.Equal(("Random", "3", "0"), (at80["Strategy"], at80["ConnectionPool:MaxConcurrentRetries"], at80["OutlierDetection:ConsecutiveErrors"]));
        Assert.Equal(
            ("LeastRequest", null, "2"),
            (at8080["Strategy"], at8080.GetValueOrDefault("ConnectionPool:MaxConcurrentRetries"), at8080["OutlierDetection:ConsecutiveErrors"]));
    }

    [Fact]
    public void Subset_overrides_whole_parts_of_the_policy()
    {
        string rule = Yamls.Rule("loadBalancer: {simple: RANDOM}\nconnectionPool: {http: {maxRetries: 3, http2MaxRequests: 50}}") + """
              subsets:
              - name: v2
                labels: {version: v2}
                trafficPolicy:
                  connectionPool: {http: {http2MaxRequests: 10}}
            """;

        Dictionary<string, string> values = Yamls.Map(rule);

        Assert.Equal("v2", values["Subsets:v2:Labels:version"]);
        Assert.Equal("Random", values["Subsets:v2:Strategy"]);
        Assert.Equal("10", values["Subsets:v2:ConnectionPool:MaxRequests"]);
        Assert.Equal("2147483647", values["Subsets:v2:ConnectionPool:MaxConcurrentRetries"]);
        Assert.Equal("50", values["ConnectionPool:MaxRequests"]);
    }

    [Fact]
    public void Subset_uses_warmup_and_localities_of_its_own_load_balancer()
    {
        string rule = Yamls.Rule("loadBalancer: {simple: ROUND_ROBIN, warmup: {duration: 30s}, localityLbSetting: {failover: [{from: eu, to: us}]}}") + """
              subsets:
              - name: as-all
                labels: {version: v1}
              - name: own
                labels: {version: v2}
                trafficPolicy:
                  loadBalancer: {simple: ROUND_ROBIN, warmup: {duration: 5s}, localityLbSetting: {distribute: [{from: 'eu/*', to: {'eu/*': 90, 'us/*': 10}}]}}
              - name: none
                labels: {version: v3}
                trafficPolicy:
                  loadBalancer: {simple: ROUND_ROBIN}
            """;

        Dictionary<string, string> values = Yamls.Map(rule, new IstioClientOptions { Locality = "eu/a/1" });

        Assert.Equal(
            ("30s", "Failover", "us"),
            (values["Subsets:as-all:SlowStart:Window"], values["Subsets:as-all:Locality:Mode"], values["Subsets:as-all:Locality:Failover:0:To"]));
        Assert.Equal(
            ("5s", "Distribute", "10"),
            (values["Subsets:own:SlowStart:Window"], values["Subsets:own:Locality:Mode"], values["Subsets:own:Locality:Distribute:0:To:us/*"]));
        Assert.Equal(("0s", "Off"), (values["Subsets:none:SlowStart:Window"], values["Subsets:none:Locality:Mode"]));
    }

    [Fact]
    public void Several_rules_for_a_host_use_the_first_policy_and_all_subsets()
    {
        string first = Yamls.Rule("loadBalancer: {simple: RANDOM}", name: "one") + "  subsets:\n  - name: v1\n    labels: {version: v1}\n";
        string second = Yamls.Rule("loadBalancer: {simple: ROUND_ROBIN}", name: "two") + "  subsets:\n  - name: v2\n    labels: {version: v2}\n";
        string both = Yamls.Documents(first, second);

        Dictionary<string, string> values = Yamls.Map(both);

        Assert.Equal("Random", values["Strategy"]);
        Assert.Equal(("v1", "v2"), (values["Subsets:v1:Labels:version"], values["Subsets:v2:Labels:version"]));
        Assert.Contains(
            "spec.trafficPolicy: has no effect: DestinationRule default/one at p.yaml:1:1 already has a trafficPolicy for this host",
            Assert.Single(Yamls.Warnings(both)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Subset_defined_by_two_rules_is_an_error()
    {
        const string Subset = "  subsets:\n  - name: v1\n    labels: {version: v1}\n";

        string first = Yamls.Rule("outlierDetection: {}", name: "one") + Subset;
        string second = Yamls.Rule("outlierDetection: {}", name: "two")
            .Replace("trafficPolicy:\n    outlierDetection: {}", "exportTo: ['*']", StringComparison.Ordinal) + Subset;

        string error = Assert.Single(Yamls.Errors(Yamls.Documents(first, second)));
        Assert.Contains("duplicate subset 'v1' of this host; it is already defined at p.yaml:11:11", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_value_has_its_source()
    {
        IstioServicePolicy policy = IstioPolicySet.Parse(new IstioClientOptions(), Yamls.Rule("outlierDetection:\n  interval: 7s"), "p.yaml").Find(Yamls.Foo)!;

        Assert.Equal("p.yaml:10:17", policy.Values.Single(static value => value.Key == "OutlierDetection:Interval").Source);
        Assert.Equal("Istio default", policy.Values.Single(static value => value.Key == "OutlierDetection:BaseEjectionTime").Source);
        Assert.Equal(["DestinationRule default/foo at p.yaml:1:1"], policy.Documents);
    }
}
