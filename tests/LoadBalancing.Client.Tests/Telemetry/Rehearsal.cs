using System.Diagnostics.Metrics;
using System.Net;
using System.Runtime.CompilerServices;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Telemetry;

/// <summary>
/// Lets the library report all that it can report, and keeps it. Everything in the requests and answers that is nobody's business contains <see cref="Secret"/>: path, query, fragment, user
/// information, headers, cookies, bodies, reason phrases, messages of exceptions.
/// </summary>
internal sealed class Rehearsal
{
    public const string Secret = "hunter2";

    /// <summary>How many leases end without an outcome.</summary>
    public const int ForgottenOutcomes = 2;

    private readonly List<Instrument> _instruments = [];
    private readonly List<MeterReading> _readings = [];
    private readonly List<FakeLogRecord> _logs = [];
    private readonly List<(string Meter, string Series)> _pollyReadings = [];

    private Rehearsal()
    {
    }

    public IReadOnlyList<Instrument> Instruments => [.. _instruments.DistinctBy(static instrument => instrument.Name)];

    public IReadOnlyList<MeterReading> Readings => _readings;

    /// <summary>The library's own log records and those of Polly, which works for it.</summary>
    public IReadOnlyList<FakeLogRecord> Logs => _logs;

    /// <summary>What Polly measured meanwhile, as text.</summary>
    public IReadOnlyList<(string Meter, string Series)> PollyReadings => _pollyReadings;

    public static async Task<Rehearsal> RunAsync()
    {
        var rehearsal = new Rehearsal();
        using MeterListener polly = rehearsal.ListenToPolly();
        await rehearsal.SucceedAndRetryAsync();
        await rehearsal.BreakOffAsync();
        await rehearsal.AnswerMalformedAsync();
        await rehearsal.EjectAndReturnAsync();
        await rehearsal.CheckAsync();
        await rehearsal.PassByAsync();
        await rehearsal.RedirectAsync();
        await rehearsal.InjectFaultsAsync(FaultScope.Request);
        await rehearsal.InjectFaultsAsync(FaultScope.Attempt);
        await rehearsal.RunOutOfTimeAsync();
        await rehearsal.StarveAsync();
        await rehearsal.GiveUpAsync();
        await rehearsal.RefuseRetriesAsync();
        await rehearsal.OverflowAsync();
        await rehearsal.DropResponseAsync();
        await rehearsal.ForgeCookieAsync();
        await rehearsal.ObserveBadlyAsync();
        await rehearsal.UpdateBadlyAsync();
        await rehearsal.FindNothingAsync();
        await rehearsal.ForgetOutcomesAsync();
        return rehearsal;
    }

    private static HttpRequestMessage Request(string method = "GET", string host = "catalog") =>
        new(new HttpMethod(method), $"http://{Secret}user:{Secret}password@{host}/{Secret}/items/{Secret}?token={Secret}#{Secret}")
        {
            Headers =
            {
                { "Authorization", $"Bearer {Secret}" },
                { "Cookie", $"session={Secret}" },
                { "X-Api-Key", Secret },
                { "Referer", $"http://{Secret}/{Secret}" },
                { "User-Agent", Secret },
            },
            Content = method == "GET" ? null : new StringContent(Secret),
        };

    private static HttpResponseMessage Response(HttpStatusCode status, string? location = null)
    {
        var response = new HttpResponseMessage(status)
        {
            ReasonPhrase = Secret,
            Content = new StringContent(Secret),
            Headers = { { "Set-Cookie", $"session={Secret}" }, { "X-Answer", Secret }, { "ETag", $"\"{Secret}\"" } },
        };
        response.Headers.Location = location is null ? null : new Uri(location, UriKind.RelativeOrAbsolute);
        return response;
    }

    private static Func<StubCall, Task<HttpResponseMessage>> Answer(HttpStatusCode status, string? location = null) => _ => Task.FromResult(Response(status, location));

    private static Func<StubCall, Task<HttpResponseMessage>> Throw(Exception exception) => StubHandler.Throw(exception);

    private static HttpRequestException NoAnswer(HttpRequestError error) => new(error, $"GET /{Secret}?{Secret} failed");

    private async Task SucceedAndRetryAsync()
    {
        var stub = StubHandler.Script(
            Answer(HttpStatusCode.OK),
            Throw(NoAnswer(HttpRequestError.ConnectionError)),
            Answer(HttpStatusCode.ServiceUnavailable),
            Answer(HttpStatusCode.OK),
            Throw(NoAnswer(HttpRequestError.ResponseEnded)),
            Answer(HttpStatusCode.InternalServerError),
            Answer(HttpStatusCode.NotFound),
            Throw(new InvalidOperationException(Secret)));
        await WithAsync(new BalancedClient(stub, static o => o.Retry.RetryOn = [RetryConditions.ServerError]), static async client =>
        {
            await SendAsync(client, Request());
            await SendAsync(client, Request());
            await SendAsync(client, Request(), sync: true);
            await SendAsync(client, Request($"{Secret}METHOD"));
        });
    }

    private async Task BreakOffAsync()
    {
        await using var breaking = new RawServer(static async connection =>
        {
            await connection.ReadHeadersAsync();
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nSet-Cookie: {Secret}\r\n\r\n{Secret}");
            connection.Reset();
        });
        await WithAsync(new BalancedClient(options: o => o.Endpoints = [breaking.Address]), static client => SendAsync(client, Request("POST")));
    }

    /// <summary>The platform quotes a header that it cannot read in its exception.</summary>
    private async Task AnswerMalformedAsync()
    {
        await using var malformed = new RawServer(static async connection =>
        {
            await connection.ReadHeadersAsync();
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\nSet-Cookie {Secret}\r\n\r\n");
        });
        await WithAsync(new BalancedClient(options: o => o.Endpoints = [malformed.Address]), static async client =>
        {
            Exception? thrown = await SendAsync(client, Request());
            Assert.Contains(Secret, thrown?.ToString(), StringComparison.Ordinal);
        });
    }

    private async Task EjectAndReturnAsync()
    {
        var clock = new FakeTimeProvider();
        var client = new BalancedClient(
            new StubHandler(static _ => Response(HttpStatusCode.InternalServerError)),
            static o => (o.Endpoints, o.OutlierDetection.ConsecutiveErrors) = (["http://10.0.0.1", "http://10.0.0.2"], 1),
            clock);
        await WithAsync(client, async client =>
        {
            await SendAsync(client, Request());
            await SendAsync(client, Request());
            clock.Advance(TimeSpan.FromMinutes(1));
            clock.Advance(TimeSpan.FromMinutes(5));
        });

        // Beyond the panic threshold, by one detector, and another that is not enforced.
        client = new BalancedClient(
            new StubHandler(static _ => Response(HttpStatusCode.BadGateway)),
            static o =>
            {
                o.Endpoints = ["http://10.0.0.1"];
                o.OutlierDetection.ConsecutiveErrors = 1;
                o.OutlierDetection.ConsecutiveGatewayErrors = 1;
                o.OutlierDetection.ConsecutiveGatewayErrorsEnforcementPercent = 0;
                o.OutlierDetection.MaxEjectionPercent = 100;
            },
            new FakeTimeProvider());
        await WithAsync(client, static client => SendAsync(client, Request()));
    }

    private async Task CheckAsync()
    {
        var clock = new FakeTimeProvider();
        var client = new BalancedClient(
            new StubHandler(static _ => Response(HttpStatusCode.OK)),
            static o => (o.Endpoints, o.HealthCheck.Kind, o.HealthCheck.Probe, o.HealthCheck.StartUnhealthy) = (["http://10.0.0.1", "http://10.0.0.2"], HealthCheckKind.Custom, "stub", true),
            clock,
            builder: static builder => builder.Services.AddSingleton<IHealthProbe>(new StubProbe
            {
                GetResult = static (endpoint, _) => new ValueTask<ProbeResult>(endpoint.Address.Host == "10.0.0.2" ? ProbeResult.Unhealthy("down") : ProbeResult.Healthy),
            }));
        await WithAsync(client, async client =>
        {
            await SendAsync(client, Request());
            clock.Advance(TimeSpan.FromMinutes(1));
        });
    }

    private Task PassByAsync() => WithAsync(new BalancedClient(new StubHandler(static _ => Response(HttpStatusCode.OK))), static client => SendAsync(client, Request(host: "elsewhere")));

    private Task RedirectAsync() => WithAsync(
        new BalancedClient(
            StubHandler.Script(
                Answer(HttpStatusCode.Redirect, $"/{Secret}/other?{Secret}"),
                Answer(HttpStatusCode.Redirect, $"http://{Secret}user@elsewhere/{Secret}?{Secret}"),
                Answer(HttpStatusCode.OK)),
            static o => o.FollowRedirects = true),
        static client => SendAsync(client, Request()));

    private Task InjectFaultsAsync(FaultScope scope) => WithAsync(
        new BalancedClient(new StubHandler(static _ => Response(HttpStatusCode.OK)), o => o.Fault = new FaultOptions
        {
            Scope = scope,
            Delay = new FaultDelayOptions { FixedDelay = TimeSpan.FromMilliseconds(1), Percent = 100 },
            Abort = new FaultAbortOptions { Status = 503, Percent = 100 },
        }),
        static client => SendAsync(client, Request()));

    private async Task RunOutOfTimeAsync()
    {
        var clock = new FakeTimeProvider();
        var stub = new StubHandler(StubHandler.Hang);
        await WithAsync(new BalancedClient(stub, static o => (o.Retry.PerTryTimeout, o.Retry.MaxRetries) = (TimeSpan.FromSeconds(1), 1), clock), async client =>
        {
            Task sending = SendAsync(client, Request());
            await stub.WaitForCallAsync(1);
            clock.Advance(TimeSpan.FromSeconds(1));
            await stub.WaitForCallAsync(2);
            clock.Advance(TimeSpan.FromSeconds(1));
            await sending;
        });
    }

    private async Task StarveAsync()
    {
        var clock = new FakeTimeProvider();
        var noticed = new TaskCompletionSource<HttpResponseMessage>();
        await WithAsync(new BalancedClient(new StubHandler(_ => noticed.Task), static o => o.Timeout = TimeSpan.FromSeconds(1), clock), async client =>
        {
            Task sending = SendAsync(client, Request());
            clock.Advance(TimeSpan.FromSeconds(1));
            clock.Advance(TimeSpan.FromSeconds(1));
            noticed.SetCanceled(new CancellationToken(canceled: true));
            await sending;
        });
    }

    private async Task GiveUpAsync()
    {
        using var caller = new CancellationTokenSource();
        await WithAsync(new BalancedClient(new StubHandler(StubHandler.Hang)), async client =>
        {
            Task sending = SendAsync(client, Request(), cancellationToken: caller.Token);
            await caller.CancelAsync();
            await sending;
        });
    }

    private async Task RefuseRetriesAsync()
    {
        using var caller = new CancellationTokenSource();
        var client = new BalancedClient(
            new StubHandler(static _ => Response(HttpStatusCode.BadGateway)),
            static o => (o.OutlierDetection.ConsecutiveErrors, o.Timeout) = (0, Timeout.InfiniteTimeSpan),
            new FakeTimeProvider(),
            new ConstantRandom(0.5));
        await WithAsync(client, async client =>
        {
            Task[] waiting = [.. Enumerable.Range(0, 4).Select(_ => SendAsync(client, Request(), cancellationToken: caller.Token))];
            await SendAsync(client, Request());
            await caller.CancelAsync();
            await Task.WhenAll(waiting);
        });
    }

    private async Task OverflowAsync()
    {
        using var caller = new CancellationTokenSource();
        var stub = new StubHandler(StubHandler.Hang);
        await WithAsync(new BalancedClient(stub, static o => (o.ConnectionPool.MaxRequests, o.ConnectionPool.MaxPendingRequests) = (1, 0)), async client =>
        {
            Task first = SendAsync(client, Request(), cancellationToken: caller.Token);
            await stub.WaitForCallAsync(1);
            await SendAsync(client, Request());
            await caller.CancelAsync();
            await first;
        });
    }

    private Task DropResponseAsync() => WithAsync(new BalancedClient(new StubHandler(static _ => Response(HttpStatusCode.OK))), static async client =>
    {
        await DropAsync(client);
        await Eventually.IsTrueAfterCollection(() => client.Logs.GetSnapshot().Any(static log => log.Id.Id == LogEvents.LeaseReclaimed));
    });

    private Task ForgeCookieAsync() => WithAsync(
        new BalancedClient(
            new StubHandler(static _ => Response(HttpStatusCode.OK)),
            static o =>
            {
                o.Strategy = LoadBalancingStrategies.Maglev;
                o.HashPolicies = [new() { Header = "X-Api-Key" }];
                o.SessionAffinity = new() { CookieName = "session", Keys = [Convert.ToBase64String(new byte[32])] };
            }),
        static client => SendAsync(client, Request()));

    private Task ObserveBadlyAsync() => WithAsync(new BalancedClient(new StubHandler(static _ => Response(HttpStatusCode.OK))), static client =>
    {
        client.Balancer.Subscribe(new FaultyObserver());
        return SendAsync(client, Request());
    });

    private async Task UpdateBadlyAsync()
    {
        var source = new ManualEndpointSource();
        await WithAsync(new BalancedClient(new StubHandler(), static o => o.Endpoints = [], builder: builder => builder.AddEndpointSource(source)), async client =>
        {
            source.Push("http://10.0.0.1");
            await SendAsync(client, Request());
            source.Push("ftp://10.0.0.1");
            source.Push();
        });
    }

    private Task FindNothingAsync() => WithAsync(
        new BalancedClient(
            new StubHandler(static _ => Response(HttpStatusCode.InternalServerError)),
            static o => (o.Endpoints, o.OutlierDetection.ConsecutiveErrors, o.OutlierDetection.MaxEjectionPercent, o.Panic.ThresholdPercent) = (["http://10.0.0.1"], 1, 100, 0)),
        static async client =>
        {
            await SendAsync(client, Request());
            await SendAsync(client, Request());
        });

    /// <summary>The only place in which a lease ends without an outcome: whatever HTTP does, it reports.</summary>
    private Task ForgetOutcomesAsync() => WithAsync(new BalancedClient(new StubHandler()), static async client =>
    {
        for (int i = 0; i < ForgottenOutcomes; i++)
        {
            client.Balancer.Pick().Dispose();
        }

        await Eventually.IsTrue(() => client.Logs.GetSnapshot().Any(static log => log.Id.Id == LogEvents.LeaseUnreported));
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task DropAsync(BalancedClient client) => await client.SendAsync(Request(), completion: HttpCompletionOption.ResponseHeadersRead);

    private static async Task<Exception?> SendAsync(BalancedClient client, HttpRequestMessage request, bool sync = false, CancellationToken cancellationToken = default)
    {
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, sync, cancellationToken: cancellationToken);
            return null;
        }
        catch (Exception exception) when (exception is HttpRequestException or InvalidOperationException or OperationCanceledException)
        {
            return exception;
        }
    }

    private async Task WithAsync(BalancedClient client, Func<BalancedClient, Task> act)
    {
        await using (client)
        {
            // The first question to the client starts its service; what that measures belongs to it.
            using MetricRecorder probe = client.Listen();
            await act(client);
            probe.RecordObservables();
            _instruments.AddRange(probe.Instruments);
            _readings.AddRange(probe.Readings);
            _logs.AddRange(client.Logs.GetSnapshot().Where(static log => IsOurs(log.Category)));
        }
    }

    private static bool IsOurs(string? category) =>
        category is not null && (category.StartsWith("LoadBalancing.Client", StringComparison.Ordinal) || category.StartsWith("Polly", StringComparison.Ordinal));

    private MeterListener ListenToPolly()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Polly")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        return listener;

        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var reading = new MeterReading(instrument, value, [.. tags]);
            lock (_pollyReadings)
            {
                _pollyReadings.Add((instrument.Name, reading.Series));
            }
        }
    }

    private sealed class FaultyObserver : LoadBalancerObserver
    {
        public override void OnPicked(AttemptInfo attempt) => throw new InvalidOperationException("An observer threw.");
    }
}
