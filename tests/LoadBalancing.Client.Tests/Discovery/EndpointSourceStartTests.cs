using System.Runtime.CompilerServices;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Discovery;

/// <summary>A source runs on the thread pool, not on the thread of the call that needs it first, and not inside the start of the service.</summary>
public sealed class EndpointSourceStartTests
{
    private static readonly EndpointDescription[] Update = ["http://10.0.0.1"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_source_that_blocks_delays_only_requests_that_need_its_list()
    {
        using var release = new ManualResetEventSlim();
        await using BalancedClient client = Client(new ScriptedSource(_ =>
        {
            release.Wait(Cancelled);
            return new ValueTask<EndpointDescription[]>(Update);
        }));

        HttpClient http = client.Http;
        Task<HttpResponseMessage> sending = http.GetAsync(new Uri("/items", UriKind.Relative), Cancelled);
        bool early = sending.IsCompleted;
        release.Set();
        using HttpResponseMessage response = await sending;

        Assert.False(early);
    }

    [Fact]
    public async Task A_source_that_never_awaits_serves_its_lists_and_ends_with_the_service()
    {
        var ended = new TaskCompletionSource();
        await using (BalancedClient client = Client(new EndlessSource(ended)))
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
        }

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancelled);
    }

    [Fact]
    public async Task A_source_that_captures_contexts_does_not_run_in_that_of_the_caller()
    {
        var asyncLocal = new AsyncLocal<string?> { Value = "request" };
        string? seen = "";
        await using BalancedClient client = Client(new ScriptedSource(async _ =>
        {
            seen = asyncLocal.Value;
            await Task.Yield();
            return Update;
        }));
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new EndedContext());
        HttpClient http = client.Http;
        SynchronizationContext.SetSynchronizationContext(before);

        using HttpResponseMessage response = await http.GetAsync(new Uri("/items", UriKind.Relative), Cancelled);

        Assert.Null(seen);
    }

    [Fact]
    public async Task A_source_that_calls_its_own_service_waits_within_the_timeout_of_that_call()
    {
        BalancedClient? client = null;
        Exception? own = null;
        await using BalancedClient owner = client = Client(
            new ScriptedSource(async _ =>
            {
                own = await Record.ExceptionAsync(() => client!.GetAsync(cancellationToken: Cancelled));
                return Update;
            }),
            static options => options.Timeout = TimeSpan.FromMilliseconds(20));

        await Eventually.IsTrue(() => client.Endpoints.Count == 1);
        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(
            "Service 'catalog' has no endpoints yet: waiting for source 'scripted'. The call's Timeout of 0.02 s has elapsed.",
            Assert.IsType<NoEndpointAvailableException>(own).Message);
    }

    [Fact]
    public async Task A_source_without_a_usable_name_has_that_of_its_type_and_is_watched_again()
    {
        var clock = new VirtualClock();
        int watches = 0;
        var source = new ScriptedSource(_ => watches++ == 0 ? throw new InvalidOperationException("The registry is gone.") : new(Update), hasName: false);
        await using BalancedClient client = Client(source, time: clock);

        LoadBalancer balancer = client.Balancer;
        clock.Advance(TimeSpan.Zero);
        var thrown = Assert.Throws<NoEndpointAvailableException>(() => balancer.Pick());
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(
            "Service 'catalog' has no endpoints yet: source 'ScriptedSource' failed: InvalidOperationException: The registry is gone.",
            thrown.Message);
        Assert.Single(balancer.Endpoints);
    }

    private static BalancedClient Client(IEndpointSource source, Action<LoadBalancingOptions>? options = null, TimeProvider? time = null) => new(
        new StubHandler(),
        target =>
        {
            target.Endpoints = [];
            options?.Invoke(target);
        },
        time,
        builder: builder => builder.AddEndpointSource(source));

    /// <summary>Sends the list that a script returns, and then nothing more.</summary>
    private sealed class ScriptedSource(Func<CancellationToken, ValueTask<EndpointDescription[]>> script, bool hasName = true) : IEndpointSource
    {
        public string Name => hasName ? "scripted" : throw new InvalidOperationException("No name.");

        public async IAsyncEnumerable<IReadOnlyList<EndpointDescription>> WatchAsync(
            string serviceName,
            [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            yield return await script(cancellationToken);
        }
    }

    /// <summary>Sends lists as fast as they are taken, without a wait.</summary>
    private sealed class EndlessSource(TaskCompletionSource ended) : IEndpointSource
    {
        public string Name => "endless";

        public async IAsyncEnumerable<IReadOnlyList<EndpointDescription>> WatchAsync(
            string serviceName,
            [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            try
            {
                while (true)
                {
                    await Task.CompletedTask;
                    yield return Update;
                }
            }
            finally
            {
                ended.SetResult();
            }
        }
    }

    /// <summary>The context of a window that was closed: nothing that is posted runs any more.</summary>
    private sealed class EndedContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
