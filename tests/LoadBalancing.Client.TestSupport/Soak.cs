using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;

namespace LoadBalancing.Client.TestSupport;

/// <summary>
/// Sends many requests through a load-balanced client while its endpoints are replaced, and measures what remains. The load includes ejected endpoints, retried
/// gateway errors and connection failures, injected faults, redirects, unregistered hosts, unique paths, undisposed responses and recreated handlers.
/// </summary>
/// <remarks>It measures the memory of the whole process, so nothing else may run in it.</remarks>
public sealed class Soak
{
    private const int Endpoints = 10;
    internal const int Callers = 4;
    private const int Checkpoints = 10;
    private const int HandlerRebuilds = 200;

    private readonly int _requests;
    private readonly int _changes;
    private readonly TimeProvider _time;
    private readonly Func<int> _countTimers;
    private readonly ManualEndpointSource _source = new();
    private readonly Queue<string> _addresses = new();
    private readonly List<WeakReference> _transports = [];
    private int _addressesMade;
    private int _sent;

    /// <param name="requests">The number of requests.</param>
    /// <param name="changes">The number of times an endpoint is replaced by a new one.</param>
    /// <param name="time">The clock.</param>
    /// <param name="countTimers">Counts the timers that have not been disposed.</param>
    public Soak(int requests, int changes, TimeProvider time, Func<int> countTimers)
    {
        _requests = requests;
        _changes = changes;
        _time = time;
        _countTimers = countTimers;
    }

    /// <summary>Runs, and returns the figures after each tenth of the requests.</summary>
    public async Task<IReadOnlyList<SoakFigures>> RunAsync(Action<SoakFigures>? report = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton(_time);
        services.AddSingleton(RandomSource.Seeded(1));
        services.AddLoadBalancedHttpClient("catalog", static options =>
        {
            options.FollowRedirects = true;
            options.Retry.BaseBackoff = TimeSpan.FromTicks(1);

            // A budget that is never exhausted: a late first refusal would look like a growing number of series.
            options.RetryBudget = new RetryBudgetOptions { Percent = 100, MinRetriesPerSecond = 1_000_000, MinConcurrentRetries = 1_000 };
            options.Fault = new FaultOptions { Scope = FaultScope.Attempt, Abort = new FaultAbortOptions { Status = 503, Percent = 1 } };
        }).AddEndpointSource(_source);
        await using ServiceProvider provider = services.BuildServiceProvider();
        using var series = new SeriesListener(provider.GetRequiredService<IMeterFactory>());
        LoadBalancer balancer = provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");
        for (int i = 0; i < Endpoints; i++)
        {
            _addresses.Enqueue(NewAddress());
        }

        PushAddresses();
        var figures = new List<SoakFigures>();
        int requestsPerChange = _requests / _changes;
        HttpMessageInvoker invoker = Rebuild(provider);
        for (int change = 1; change <= _changes; change++)
        {
            Task[] calls = [.. Enumerable.Range(0, Callers).Select(_ => CallAsync(invoker, requestsPerChange / Callers))];
            _addresses.Dequeue();
            _addresses.Enqueue(NewAddress());
            PushAddresses();
            await Task.WhenAll(calls);
            if (change % Math.Max(1, _changes / HandlerRebuilds) == 0)
            {
                invoker = Rebuild(provider);
            }

            if (change % (_changes / Checkpoints) == 0)
            {
                figures.Add(Measure(change, balancer, series));
                report?.Invoke(figures[^1]);
            }
        }

        GC.KeepAlive(invoker);
        return figures;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker invoker, int number)
    {
        // One in a hundred goes to an unknown host, and half of the rest to repeated paths.
        string host = number % 100 == 1 ? $"host{number}" : "catalog";
        string path = number % 2 == 0 ? $"/items/{number}" : $"/items/{number % 64}";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{host}{path}");
        return await invoker.SendAsync(request, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task CallAsync(HttpMessageInvoker invoker, int times)
    {
        // Leaves the caller's thread, so that the callers run concurrently.
        await Task.Yield();
        for (int i = 0; i < times; i++)
        {
            int number = Interlocked.Increment(ref _sent);
            try
            {
                HttpResponseMessage response = await SendAsync(invoker, number).ConfigureAwait(false);
                if (number % 1000 != 500)
                {
                    await response.Content.CopyToAsync(Stream.Null).ConfigureAwait(false);
                    response.Dispose();
                }
            }
            catch (HttpRequestException)
            {
                // The transport failed on all attempts.
            }
        }
    }

    private SoakFigures Measure(int change, LoadBalancer balancer, SeriesListener series)
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        long bytes = GC.GetTotalMemory(forceFullCollection: true);
        _transports.RemoveAll(static transport => !transport.IsAlive);
        return new SoakFigures(
            _sent,
            change,
            bytes,
            _countTimers(),
            _transports.Count,
            balancer.Endpoints.Sum(EndpointUri.CountKept),
            series.CountObservable(),
            series.Counted,
            balancer.Endpoints.Sum(static endpoint => endpoint.InFlight));
    }

    private string NewAddress()
    {
        int number = _addressesMade++;
        return string.Create(CultureInfo.InvariantCulture, $"http://10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}:8080");
    }

    private void PushAddresses() => _source.Push([.. _addresses.Select(static address => new EndpointDescription(address))]);

    /// <summary>Recreates the handlers, as the factory does every two minutes.</summary>
    private HttpMessageInvoker Rebuild(IServiceProvider provider)
    {
        var transport = new Transport();
        _transports.Add(new WeakReference(transport));
        HttpMessageHandlerBuilder builder = provider.GetRequiredService<HttpMessageHandlerBuilder>();
        builder.Name = "catalog";
        builder.PrimaryHandler = transport;
        foreach (IHttpMessageHandlerBuilderFilter filter in provider.GetServices<IHttpMessageHandlerBuilderFilter>())
        {
            filter.Configure(static _ => { })(builder);
        }

        return new HttpMessageInvoker(builder.Build());
    }

    /// <summary>Replaces the network, without keeping any state.</summary>
    private sealed class Transport : HttpMessageHandler
    {
        private static readonly byte[] Body = new byte[128];
        private static int _responses;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            int number = Interlocked.Increment(ref _responses);
            if (number % 4 == 0)
            {
                await Task.Yield();
            }

            // Every seventh endpoint always fails, and all others fail occasionally.
            string[] octets = request.RequestUri!.Host.Split('.');
            bool isBad = octets is [_, _, _, { } last] && int.TryParse(last, CultureInfo.InvariantCulture, out int octet) && octet % 7 == 0;
            return (isBad, number % 50) switch
            {
                (true, _) => new HttpResponseMessage(HttpStatusCode.BadGateway),
                (_, 10) => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable),
                (_, 20) => throw new HttpRequestException(HttpRequestError.ConnectionError),
                (_, 30) => throw new HttpRequestException(HttpRequestError.ResponseEnded),
                (_, 40) => new HttpResponseMessage(HttpStatusCode.Found) { Headers = { Location = new Uri("/elsewhere", UriKind.Relative) } },
                (_, 45) => new HttpResponseMessage(HttpStatusCode.NoContent),
                _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(Body) },
            };
        }
    }

    /// <summary>Counts series like a collector: all series of counters and histograms so far, and the current ones of observable instruments.</summary>
    private sealed class SeriesListener : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly HashSet<string> _counted = new(StringComparer.Ordinal);
        private readonly HashSet<string> _observed = new(StringComparer.Ordinal);

        public SeriesListener(IMeterFactory scope)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == LoadBalancingTelemetry.MeterName && ReferenceEquals(instrument.Meter.Scope, scope))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => AddSeries(instrument, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => AddSeries(instrument, tags));
            _listener.Start();
        }

        public int Counted
        {
            get
            {
                lock (_counted)
                {
                    return _counted.Count;
                }
            }
        }

        public int CountObservable()
        {
            lock (_counted)
            {
                _observed.Clear();
                _listener.RecordObservableInstruments();
                return _observed.Count;
            }
        }

        public void Dispose() => _listener.Dispose();

        private void AddSeries(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string text = instrument.Name;
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                text = $"{text} {tag.Key}={tag.Value}";
            }

            lock (_counted)
            {
                (instrument.IsObservable ? _observed : _counted).Add(text);
            }
        }
    }
}
