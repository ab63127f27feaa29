using System.Diagnostics;
using CsCheck;

namespace LoadBalancing.Client.Istio.Tests.Fuzzing;

/// <summary>Short repeatable runs. <c>LBPOLICY_FUZZ_SECONDS=600</c> extends the second test to that duration, with a different seed each time.</summary>
public sealed class FuzzingTests
{
    private const string Seed = "0000KOIPe036";

    private static readonly string[] Seeds =
    [
        Yamls.Fixture("destination-rule.yaml"),
        Yamls.Fixture("virtual-service-delay.yaml"),
        Yamls.Fixture("virtual-service-abort.yaml"),
        Yamls.Rule("""
            loadBalancer:
              simple: ROUND_ROBIN
            connectionPool:
              tcp:
                tcpKeepalive: {probes: 3, time: 60s}
              http:
                http2MaxRequests: 50
                maxRetries: 3
            outlierDetection:
              consecutive5xxErrors: 3
              consecutiveGatewayErrors: 2
              interval: 5s
              maxEjectionPercent: 40
            portLevelSettings:
            - port:
                number: 8080
              loadBalancer:
                consistentHash:
                  httpCookie:
                    name: sid
                    ttl: 0s
                  maglev:
                    tableSize: 251
            """),
        Yamls.Service("""
            - name: reads
              match:
              - uri:
                  prefix: /api/
                method: {regex: 'GET|HEAD'}
                headers:
                  x-user: {regex: 'a.*'}
                queryParams:
                  page: {exact: "1"}
                withoutHeaders:
                  x-debug: {}
              - uri: {exact: /}
              timeout: 3s
              retries:
                attempts: 3
                perTryTimeout: 1s
                retryOn: 5xx,reset,429
                backoff: 10ms
              fault:
                delay: {fixedDelay: 5s, percentage: {value: 0.5}}
                abort: {httpStatus: 503, percentage: {value: 10}}
              rewrite: {uri: /v2/}
              headers:
                request: {set: {x-a: b}, add: {x-c: d}, remove: [x-e]}
              route:
              - destination:
                  host: foo
            - match:
              - uri: {prefix: /old}
              redirect: {uri: /new, redirectCode: 308}
            - directResponse:
                status: 404
                body: {string: "nothing"}
            """),
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: catalog}
        spec:
          hosts: [catalog.example.com]
          ports:
          - {number: 80, name: http, protocol: HTTP, targetPort: 8080}
          resolution: STATIC
          endpoints:
          - address: 10.0.0.1
            ports: {http: 9090}
            weight: 3
            labels: {version: v1}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: other}
        """,
    ];

    [Fact]
    public void Any_text_is_read_or_rejected_without_an_exception() =>
        Gen.String[Gen.OneOf(Gen.Char, Gen.Char[" \n\t:-{}[]&*'\"#|>%"]), 0, 300]
            .Sample(static text => new PolicyFuzzer(0, "").Try(text), iter: 2000, seed: Seed, threads: 1);

    [Fact]
    public void Mutated_documents_are_rejected_or_accepted_by_the_library()
    {
        bool isLong = int.TryParse(Environment.GetEnvironmentVariable("LBPOLICY_FUZZ_SECONDS"), out int seconds);
        var fuzzer = new PolicyFuzzer(isLong ? Environment.TickCount : 1, Seeds);
        long start = Stopwatch.GetTimestamp();
        long maxMemory = 0;
        int steps = 0;
        while (isLong ? Stopwatch.GetElapsedTime(start).TotalSeconds < seconds : steps < 1500)
        {
            fuzzer.Step();
            steps++;
            if (isLong && steps % 1000 == 0)
            {
                maxMemory = Math.Max(maxMemory, GC.GetTotalMemory(forceFullCollection: false));
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{steps} texts, {fuzzer.AcceptedHosts} accepted hosts, at most {maxMemory / 1024 / 1024} MB in use");
        Assert.InRange(fuzzer.AcceptedHosts, steps / 100, int.MaxValue);
    }

    [Fact]
    public void Formatted_durations_parse_to_the_same_value() =>
        Gen.Long[1, 24L * 3600 * 1000].Sample(static milliseconds =>
        {
            TimeSpan duration = TimeSpan.FromMilliseconds(milliseconds);
            Assert.True(GoDuration.TryParse(GoDuration.Format(duration), out TimeSpan read));
            Assert.Equal(duration, read);
        }, iter: 2000, seed: Seed, threads: 1);
}
