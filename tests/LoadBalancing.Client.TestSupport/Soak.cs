using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;

namespace LoadBalancing.Client.TestSupport;

/// <summary>
/// Sends a great many requests through a balanced client while its endpoints come and go, and looks at what is left of them. Nothing is spared: endpoints that are bad and get ejected, gateway errors and broken connections that
/// are tried again, injected faults, redirects, hosts that pass by, paths that never repeat, responses that are dropped undisposed, handlers that are rebuilt.
/// </summary>
/// <remarks>It looks at the memory of the whole process, so it must have that for itself.</remarks>
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

    /// <param name="requests">How many requests.</param>
    /// <param name="changes">How many times an endpoint leaves for ever and one that was never there takes its place.</param>
    /// <param name="time">The clock.</param>
    /// <param name="countTimers">How many timers there are.</param>
    public Soak(int requests, int changes, TimeProvider time, Func<int> countTimers)
    {
        _requests = requests;
        _changes = changes;
        _time = time;
        _countTimers = countTimers;
    }

    /// <summary>Runs, and tells what it saw at each tenth of the way.</summary>
    public async Task<IReadOnlyList<SoakFigures>> RunAsync(Action<SoakFigures>? report = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton(_time);
        services.AddSingleton(RandomSource.Seeded(1));
        services.AddLoadBalancedHttpClient("catalog", static options =>
        {
            options.FollowRedirects = true;
            options.Retry.BaseBackoff = TimeSpan.FromTicks(1);

            // A budget that is kept and never used up: a refusal that first comes late would look like a series that was not there before.
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
        int between = _requests / _changes;
        HttpMessageInvoker invoker = Rebuild(provider);
        for (int change = 1; change <= _changes; change++)
        {
            Task[] calls = [.. Enumerable.Range(0, Callers).Select(_ => CallAsync(invoker, between / Callers))];
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
                figures.Add(Look(change, balancer, series));
                report?.Invoke(figures[^1]);
            }
        }

        GC.KeepAlive(invoker);
        return figures;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker invoker, int number)
    {
        // One in a hundred to a host that nobody has ever heard of, and half of the rest to paths that repeat.
        string host = number % 100 == 1 ? $"host{number}" : "catalog";
        string path = number % 2 == 0 ? $"/items/{number}" : $"/items/{number % 64}";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{host}{path}");
        return await invoker.SendAsync(request, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task CallAsync(HttpMessageInvoker invoker, int times)
    {
        // Away from the caller's thread, so that the callers call at once.
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
                // What the transport broke three times.
            }
        }
    }

    private SoakFigures Look(int change, LoadBalancer balancer, SeriesListener series)
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

    /// <summary>Handlers made anew, as the factory makes them every two minutes.</summary>
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

    /// <summary>What stands where the network would be. It keeps nothing.</summary>
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

            // Every seventh endpoint is bad, and everywhere something goes wrong now and then.
            bool isBad = request.RequestUri!.Host.Split('.') is [_, _, _, { } last] && int.TryParse(last, CultureInfo.InvariantCulture, out int octet) && octet % 7 == 0;
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

    /// <summary>Counts as a collector would: the series that counters and histograms have ever had, and those that observable instruments have now.</summary>
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

/// <summary>What a <see cref="Soak"/> saw at one moment, with nothing under way and all garbage collected.</summary>
/// <param name="Requests">Requests so far.</param>
/// <param name="Changes">Changes of endpoints so far.</param>
/// <param name="Bytes">Managed memory.</param>
/// <param name="Timers">Timers.</param>
/// <param name="Handlers">Chains of handlers that are still referenced from somewhere.</param>
/// <param name="Uris">Addressed URIs that are kept.</param>
/// <param name="EndpointSeries">Series that the observable instruments have now.</param>
/// <param name="CounterSeries">Series that counters and histograms have had so far.</param>
/// <param name="InFlight">Attempts that count as under way.</param>
public sealed record SoakFigures(int Requests, int Changes, long Bytes, int Timers, int Handlers, int Uris, int EndpointSeries, int CounterSeries, int InFlight)
{
    /// <summary>What grew, in words. Empty when nothing did.</summary>
    /// <param name="figures">The figures of a run.</param>
    /// <param name="tolerance">Bytes that may come and go by themselves.</param>
    public static IReadOnlyList<string> FindGrowth(IReadOnlyList<SoakFigures> figures, long tolerance)
    {
        // The first fifth fills what is bounded: pools, tables, the hosts that were told of.
        SoakFigures early = figures[1];
        SoakFigures last = figures[^1];
        var growth = new List<string>();
        Compare("bytes", figures.Skip(1).Take(3).Min(static f => f.Bytes) + tolerance, figures.TakeLast(3).Min(static f => f.Bytes));

        // A time limit has a timer and is kept for the next attempt; how many are ever lent at once is a matter of chance, up to one a caller.
        Compare("timers", early.Timers + Soak.Callers, last.Timers);
        Compare("handlers", early.Handlers, last.Handlers);
        Compare("kept URIs", Math.Max(early.Uris, FrequentPaths.Capacity * 10), last.Uris);
        Compare("series of endpoints", early.EndpointSeries, last.EndpointSeries);
        Compare("series of counters", early.CounterSeries, last.CounterSeries);
        Compare("in flight", 0, last.InFlight);
        return growth;

        void Compare(string what, long most, long seen)
        {
            if (seen > most)
            {
                growth.Add(string.Create(CultureInfo.InvariantCulture, $"{what}: {seen:N0}, at most {most:N0} expected"));
            }
        }
    }
}
