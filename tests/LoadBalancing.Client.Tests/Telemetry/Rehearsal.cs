using System.Diagnostics.Metrics;
using System.Net;
using System.Runtime.CompilerServices;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Telemetry;

/// <summary>
/// Provokes all telemetry that the library can produce, and collects it. Everything private in the requests and responses contains <see cref="Secret"/>: path,
/// query, fragment, user
/// information, headers, cookies, bodies, reason phrases, exception messages.
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

    /// <summary>The log records of the library, and of Polly, which it uses.</summary>
    public IReadOnlyList<FakeLogRecord> Logs => _logs;

    /// <summary>Polly's measurements, as text.</summary>
    public IReadOnlyList<(string Meter, string Series)> PollyReadings => _pollyReadings;

    public static async Task<Rehearsal> RunAsync()
    {
        var rehearsal = new Rehearsal();
        using MeterListener polly = rehearsal.ListenToPolly();
        await rehearsal.SucceedAndRetryAsync();
        await rehearsal.BreakResponseAsync();
        await rehearsal.RespondMalformedAsync();
        await rehearsal.EjectAndRestoreAsync();
        await rehearsal.CheckHealthAsync();
        await rehearsal.PassThroughAsync();
        await rehearsal.RedirectAsync();
        await rehearsal.InjectFaultsAsync(FaultScope.Request);
        await rehearsal.InjectFaultsAsync(FaultScope.Attempt);
        await rehearsal.TimeOutAsync();
        await rehearsal.StarveAsync();
        await rehearsal.CancelAsCallerAsync();
        await rehearsal.SuppressRetriesAsync();
        await rehearsal.OverflowAsync();
        await rehearsal.LeakResponseAsync();
        await rehearsal.ForgeCookieAsync();
        await rehearsal.ThrowInObserverAsync();
        await rehearsal.RejectUpdateAsync();
        await rehearsal.FindNoEndpointAsync();
        await rehearsal.ForgetOutcomesAsync();
        await rehearsal.ThrowInCallbackAsync();
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
            Headers = { { "Set-Cookie", $"session={Secret}" }, { "X-Respond", Secret }, { "ETag", $"\"{Secret}\"" } },
        };
        response.Headers.Location = location is null ? null : new Uri(location, UriKind.RelativeOrAbsolute);
        return response;
    }

    private static Func<StubCall, Task<HttpResponseMessage>> Respond(HttpStatusCode status, string? location = null) =>
        _ => Task.FromResult(Response(status, location));

    private static Func<StubCall, Task<HttpResponseMessage>> Throw(Exception exception) => StubHandler.Throw(exception);

    private static HttpRequestException NoResponse(HttpRequestError error) => new(error, $"GET /{Secret}?{Secret} failed");

    private async Task SucceedAndRetryAsync()
    {
        var stub = StubHandler.Script(
            Respond(HttpStatusCode.OK),
            Throw(NoResponse(HttpRequestError.ConnectionError)),
            Respond(HttpStatusCode.ServiceUnavailable),
            Respond(HttpStatusCode.OK),
            Throw(NoResponse(HttpRequestError.ResponseEnded)),
            Respond(HttpStatusCode.InternalServerError),
            Respond(HttpStatusCode.NotFound),
            Throw(new InvalidOperationException(Secret)));
        await WithAsync(new BalancedClient(stub, static o => o.Retry.RetryOn = [RetryConditions.ServerError]), static async client =>
        {
            await SendAsync(client, Request());
            await SendAsync(client, Request());
            await SendAsync(client, Request(), sync: true);
            await SendAsync(client, Request($"{Secret}METHOD"));
        });
    }

    private async Task BreakResponseAsync()
    {
        await using var breaking = new RawServer(static async connection =>
        {
            await connection.ReadHeadersAsync();
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nSet-Cookie: {Secret}\r\n\r\n{Secret}");
            connection.Reset();
        });
        await WithAsync(new BalancedClient(options: o => o.Endpoints = [breaking.Address]), static client => SendAsync(client, Request("POST")));
    }

    /// <summary>The platform's exception quotes a header that it cannot parse.</summary>
    private async Task RespondMalformedAsync()
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

    private async Task EjectAndRestoreAsync()
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

        // Beyond the panic threshold, by one enforced detector and one that is not.
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

    private async Task CheckHealthAsync()
    {
        var clock = new FakeTimeProvider();
        var client = new BalancedClient(
            new StubHandler(static _ => Response(HttpStatusCode.OK)),
            static o =>
            {
                o.Endpoints = ["http://10.0.0.1", "http://10.0.0.2"];
                (o.HealthCheck.Kind, o.HealthCheck.Probe, o.HealthCheck.StartUnhealthy) = (HealthCheckKind.Custom, "stub", true);
            },
            clock,
            builder: static builder => builder.Services.AddSingleton<IHealthProbe>(new StubProbe
            {
                GetResult = static (endpoint, _) => new ValueTask<ProbeResult>(
                    endpoint.Address.Host == "10.0.0.2" ? ProbeResult.Unhealthy("down") : ProbeResult.Healthy),
            }));
        await WithAsync(client, async client =>
        {
            await SendAsync(client, Request());
            clock.Advance(TimeSpan.FromMinutes(1));
        });
    }

    private Task PassThroughAsync() =>
        WithAsync(new BalancedClient(new StubHandler(static _ => Response(HttpStatusCode.OK))), static client => SendAsync(client, Request(host: "elsewhere")));

    private Task RedirectAsync() => WithAsync(
        new BalancedClient(
            StubHandler.Script(
                Respond(HttpStatusCode.Redirect, $"/{Secret}/other?{Secret}"),
                Respond(HttpStatusCode.Redirect, $"http://{Secret}user@elsewhere/{Secret}?{Secret}"),
                Respond(HttpStatusCode.OK)),
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

    private async Task TimeOutAsync()
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

    private async Task CancelAsCallerAsync()
    {
        using var caller = new CancellationTokenSource();
        await WithAsync(new BalancedClient(new StubHandler(StubHandler.Hang)), async client =>
        {
            Task sending = SendAsync(client, Request(), cancellationToken: caller.Token);
            await caller.CancelAsync();
            await sending;
        });
    }

    private async Task SuppressRetriesAsync()
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

    private Task LeakResponseAsync() => WithAsync(new BalancedClient(new StubHandler(static _ => Response(HttpStatusCode.OK))), static async client =>
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

    private Task ThrowInObserverAsync() => WithAsync(new BalancedClient(new StubHandler(static _ => Response(HttpStatusCode.OK))), static client =>
    {
        client.Balancer.Subscribe(new FaultyObserver());
        return SendAsync(client, Request());
    });

    private async Task RejectUpdateAsync()
    {
        var source = new ManualEndpointSource();
        var client = new BalancedClient(new StubHandler(), static o => o.Endpoints = [], builder: builder => builder.AddEndpointSource(source));
        await WithAsync(client, async client =>
        {
            source.Push("http://10.0.0.1");
            await SendAsync(client, Request());
            source.Push("ftp://10.0.0.1");
            source.Push();
        });
    }

    private Task FindNoEndpointAsync() => WithAsync(
        new BalancedClient(
            new StubHandler(static _ => Response(HttpStatusCode.InternalServerError)),
            static o =>
            {
                o.Endpoints = ["http://10.0.0.1"];
                (o.OutlierDetection.ConsecutiveErrors, o.OutlierDetection.MaxEjectionPercent, o.Panic.ThresholdPercent) = (1, 100, 0);
            }),
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

    /// <summary>A callback that a transport registers on the token of its attempt.</summary>
    private async Task ThrowInCallbackAsync()
    {
        var time = new FakeTimeProvider();
        var stub = new StubHandler(static call =>
        {
            call.CancellationToken.Register(static () => throw new InvalidOperationException("The callback failed."));
            return StubHandler.Hang(call);
        });
        await WithAsync(new BalancedClient(stub, static o => (o.Retry.MaxRetries, o.Retry.PerTryTimeout) = (0, TimeSpan.FromSeconds(1)), time), async client =>
        {
            Task sending = SendAsync(client, Request());
            await stub.WaitForCallAsync(1);
            time.Advance(TimeSpan.FromSeconds(1));
            await sending;
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task DropAsync(BalancedClient client) => await client.SendAsync(Request(), completion: HttpCompletionOption.ResponseHeadersRead);

    private static async Task<Exception?> SendAsync(
        BalancedClient client,
        HttpRequestMessage request,
        bool sync = false,
        CancellationToken cancellationToken = default)
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
            // The first use of the client starts its service, whose measurements belong to it.
            using MetricRecorder probe = client.Listen();
            await act(client);
            probe.RecordObservables();
            _instruments.AddRange(probe.Instruments);
            _readings.AddRange(probe.Readings);
            _logs.AddRange(client.Logs.GetSnapshot().Where(static log => IsOurs(log.Category)));
        }
    }

    private static bool IsOurs(string? category) =>
        category is not null
        && (category.StartsWith("LoadBalancing.Client", StringComparison.Ordinal) || category.StartsWith("Polly", StringComparison.Ordinal));

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
