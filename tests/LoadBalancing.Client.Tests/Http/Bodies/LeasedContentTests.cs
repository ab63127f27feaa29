using System.Net;
using System.Runtime.CompilerServices;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client.Tests.Http.Bodies;

public sealed class LeasedContentTests
{
    private static readonly Dictionary<string, Func<HttpResponseMessage, CancellationToken, Task>> Readings = new()
    {
        ["ReadAsStringAsync"] = (response, token) => response.Content.ReadAsStringAsync(token),
        ["ReadAsByteArrayAsync"] = (response, token) => response.Content.ReadAsByteArrayAsync(token),
        ["LoadIntoBufferAsync"] = (response, token) => response.Content.LoadIntoBufferAsync(token),
        ["CopyToAsync"] = (response, token) => response.Content.CopyToAsync(new MemoryStream(), token),
        ["CopyTo"] = (response, token) => Blocking(() => response.Content.CopyTo(new MemoryStream(), null, token)),
        ["stream CopyToAsync"] = async (response, token) => await (await response.Content.ReadAsStreamAsync(token)).CopyToAsync(new MemoryStream(), token),
        ["stream CopyTo"] = (response, token) => Blocking(() => response.Content.ReadAsStream(token).CopyTo(new MemoryStream())),
        ["stream ReadAsync"] = async (response, token) =>
        {
            Stream stream = await response.Content.ReadAsStreamAsync(token);
            while (await stream.ReadAsync(new byte[8], token) > 0)
            {
            }
        },
        ["stream ReadAsync of an array"] = async (response, token) =>
        {
            Stream stream = await response.Content.ReadAsStreamAsync(token);
#pragma warning disable CA1835 // The older overload is under test.
            while (await stream.ReadAsync(new byte[8], 0, 8, token) > 0)
#pragma warning restore CA1835
            {
            }
        },
        ["stream Read"] = (response, token) => Blocking(() =>
        {
            Stream stream = response.Content.ReadAsStream(token);
            while (stream.Read(new byte[8]) > 0)
            {
            }
        }),
        ["stream ReadByte"] = (response, token) => Blocking(() =>
        {
            Stream stream = response.Content.ReadAsStream(token);
            while (stream.ReadByte() >= 0)
            {
            }
        }),
        ["stream BeginRead"] = async (response, token) =>
        {
            Stream stream = await response.Content.ReadAsStreamAsync(token);
            var buffer = new byte[8];
            while (await Task.Factory.FromAsync(stream.BeginRead, stream.EndRead, buffer, 0, buffer.Length, null) > 0)
            {
            }
        },
        ["Dispose"] = (response, _) =>
        {
            response.Dispose();
            return Task.CompletedTask;
        },
        ["stream Dispose"] = async (response, token) => await (await response.Content.ReadAsStreamAsync(token)).DisposeAsync(),
        ["stream synchronous Dispose"] = (response, token) => Blocking(() => response.Content.ReadAsStream(token).Dispose()),
    };

    public static TheoryData<string> WaysToRead => [.. Readings.Keys];

    public static TheoryData<string> WaysToMeetABrokenBody => [.. Readings.Keys.Where(way => !way.Contains("Dispose", StringComparison.Ordinal))];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(WaysToRead))]
    public async Task An_attempt_is_in_flight_until_its_body_is_read_or_disposed(string way)
    {
        var rest = new TaskCompletionSource();
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await rest.Task;
            await context.Response.WriteAsync("second");
        });
        await using BalancedClient client = ClientOf(server);

        HttpResponseMessage response = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
        int underWay = client.InFlight;
        rest.SetResult();
        await Readings[way](response, Cancelled);

        Assert.Equal((1, 0, 1L), (underWay, client.InFlight, client.Succeeded));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_response_that_HttpClient_buffered_is_not_in_flight(bool sync)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using BalancedClient client = ClientOf(server);

        HttpResponseMessage response = await client.GetAsync(sync, cancellationToken: Cancelled);

        Assert.Equal((0, "ok"), (client.InFlight, await response.Content.ReadAsStringAsync(Cancelled)));
    }

    [Theory]
    [InlineData("HEAD", 200)]
    [InlineData("GET", 204)]
    [InlineData("GET", 304)]
    [InlineData("GET", 200)]
    public async Task A_response_without_a_body_is_not_in_flight(string method, int status)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentLength = method == "HEAD" ? 1000 : status == 200 ? 0 : null;
            return Task.CompletedTask;
        });
        await using BalancedClient client = ClientOf(server);

        HttpResponseMessage response = await client.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), "/items"),
            completion: HttpCompletionOption.ResponseHeadersRead,
            cancellationToken: Cancelled);

        Assert.Equal((0, 1L), (client.InFlight, client.Succeeded));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancelled));
    }

    [Fact]
    public async Task The_headers_of_the_content_are_preserved_exactly()
    {
        string[] sent = ["Content-Type: text/plain;;charset", "Content-Language: de, en", "Content-Length: 4", "Expires: never"];
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadHeadersAsync();
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\n{string.Join("\r\n", sent)}\r\n\r\nbody");
        });
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address]);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(sent.Order(), response.Content.Headers.NonValidated.Select(header => $"{header.Key}: {header.Value}").Order());
        Assert.Equal(4, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_content_header_with_two_values_keeps_both()
    {
        await using var client = new BalancedClient(new StubHandler(_ =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("body") };
            response.Content.Headers.Add("Content-Language", ["de", "en"]);
            return response;
        }));

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(["de", "en"], response.Content.Headers.ContentLanguage);
    }

    [Theory]
    [InlineData(HttpCompletionOption.ResponseContentRead)]
    [InlineData(HttpCompletionOption.ResponseHeadersRead)]
    public async Task A_length_that_only_the_content_itself_knows_is_still_known(HttpCompletionOption completion)
    {
        await using var client = new BalancedClient(new StubHandler(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("body") }));

        using HttpResponseMessage response = await client.GetAsync(completion: completion, cancellationToken: Cancelled);

        Assert.Equal(4, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Trailers_arrive_with_the_end_of_the_body()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            async context =>
            {
                context.Response.DeclareTrailer("x-checksum");
                await context.Response.WriteAsync("body");
                context.Response.AppendTrailer("x-checksum", "42");
            },
            HttpProtocols.Http2);
        await using BalancedClient client = ClientOf(server);

        using HttpResponseMessage response = await client.SendAsync(Http2Get(), cancellationToken: Cancelled);

        Assert.Equal(["42"], response.TrailingHeaders.GetValues("x-checksum"));
    }

    [Theory]
    [MemberData(nameof(WaysToMeetABrokenBody))]
    public async Task A_truncated_body_is_a_failure_of_the_endpoint_although_its_headers_were_a_success(string way)
    {
        await using RawServer server = BreakingOff(chunked: false);
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address]);

        using HttpResponseMessage response = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
        await Assert.ThrowsAnyAsync<Exception>(() => Readings[way](response, Cancelled));

        Assert.Equal((0, 0L, 1L), (client.InFlight, client.Succeeded, client.Failed));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_truncated_body_ejects_the_endpoint(bool chunked, bool sync)
    {
        await using RawServer server = BreakingOff(chunked);
        await using var client = new BalancedClient(
            options: o => (o.Endpoints, o.OutlierDetection.ConsecutiveErrors) = (["http://127.0.0.1:1", server.Address], 1));

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(sync, cancellationToken: Cancelled));

        Assert.Equal("1 failure: Reset", client.Endpoints[1].HealthReason);
    }

    [Fact]
    public async Task An_HTTP_2_stream_that_is_reset_in_its_body_ejects_the_endpoint()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            async context =>
            {
                await context.Response.WriteAsync("beginning");
                context.Abort();
            },
            HttpProtocols.Http2);
        await using var client = new BalancedClient(
            options: o => (o.Endpoints, o.OutlierDetection.ConsecutiveErrors) = (["http://127.0.0.1:1", server.Address], 1));

        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(Http2Get(), cancellationToken: Cancelled));

        Assert.Equal("1 failure: Reset", client.Endpoints[1].HealthReason);
    }

    [Fact]
    public async Task A_connection_that_is_reset_in_a_body_is_a_failure_of_the_endpoint()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("beginning");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        await using BalancedClient client = ClientOf(server);

        using HttpResponseMessage response = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
        server.AbortConnections();
        await Assert.ThrowsAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(Cancelled));

        Assert.Equal((0, 1L), (client.InFlight, client.Failed));
    }

    [Theory]
    [InlineData("ReadAsStringAsync", false)]
    [InlineData("ReadAsStringAsync", true)]
    [InlineData("CopyToAsync", false)]
    [InlineData("CopyTo", false)]
    [InlineData("stream ReadAsync", false)]
    [InlineData("stream ReadAsync", true)]
    [InlineData("stream Read", false)]
    [InlineData("stream CopyToAsync", false)]
    [InlineData("stream CopyTo", true)]
    public async Task A_truncated_body_throws_the_same_exception_as_plain_HttpClient(string way, bool chunked)
    {
        await using RawServer server = BreakingOff(chunked);
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address]);
        using var plain = new HttpClient { BaseAddress = new Uri(server.Address) };

        Exception expected = await BreakAsync(plain);
        Exception actual = await BreakAsync(client.Http);

        Assert.Equal(Describe(expected), Describe(actual));

        async Task<Exception> BreakAsync(HttpClient http)
        {
            using HttpResponseMessage response = await http.GetAsync("/items", HttpCompletionOption.ResponseHeadersRead, Cancelled);
            return await Assert.ThrowsAnyAsync<Exception>(() => Readings[way](response, Cancelled));
        }

        static string Describe(Exception? exception) =>
            exception is null
                ? ""
                : $"{exception.GetType()}: {exception.Message} {(exception as HttpRequestException)?.HttpRequestError} < {Describe(exception.InnerException)}";
    }

    [Fact]
    public async Task Headers_alone_do_not_clear_the_failures_before_them()
    {
        await using RawServer server = BreakingOff(chunked: false);
        await using LoopbackServer other = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(options: o => (o.Endpoints, o.OutlierDetection.ConsecutiveErrors) = ([other.Address, server.Address], 2));

        for (int i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(cancellationToken: Cancelled));
            using HttpResponseMessage good = await client.GetAsync(cancellationToken: Cancelled);
        }

        Assert.Equal(EndpointHealth.Ejected, client.Endpoints[1].Health);
    }

    [Theory]
    [InlineData("ReadAsStringAsync")]
    [InlineData("CopyToAsync")]
    [InlineData("stream ReadAsync")]
    [InlineData("stream ReadAsync of an array")]
    [InlineData("stream CopyToAsync")]
    public async Task Cancellation_by_the_reader_does_not_count_against_the_endpoint(string way)
    {
        using var reader = new CancellationTokenSource();
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        await using BalancedClient client = ClientOf(server);

        using HttpResponseMessage response = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
        Task reading = Readings[way](response, reader.Token);
        await reader.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Equal((0, 0L), (client.InFlight, client.Failed));
    }

    [Theory]
    [InlineData("CopyToAsync")]
    [InlineData("CopyTo")]
    [InlineData("stream CopyToAsync")]
    [InlineData("stream CopyTo")]
    public async Task A_failing_destination_does_not_count_against_the_endpoint(string way)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using BalancedClient client = ClientOf(server);
        var full = new FullDisk();

        using (HttpResponseMessage response = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => way switch
            {
                "CopyToAsync" => response.Content.CopyToAsync(full, Cancelled),
                "CopyTo" => Blocking(() => response.Content.CopyTo(full, null, Cancelled)),
                "stream CopyToAsync" => response.Content.ReadAsStream(Cancelled).CopyToAsync(full, Cancelled),
                _ => Blocking(() => response.Content.ReadAsStream(Cancelled).CopyTo(full)),
            });
        }

        Assert.Equal((0, 0L), (client.InFlight, client.Failed));
    }

    [Fact]
    public async Task A_body_larger_than_HttpClient_buffers_does_not_count_against_the_endpoint()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await context.Response.WriteAsync("second");
        });
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address], http: http => http.MaxResponseContentBufferSize = 8);

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(cancellationToken: Cancelled));

        Assert.Equal((0, 0L), (client.InFlight, client.Failed));
    }

    [Fact]
    public async Task A_leaked_response_releases_its_lease_when_it_is_collected_and_logs_it_once()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context => context.Response.WriteAsync(new string('x', 100_000)));
        await using BalancedClient client = ClientOf(server);
        using MetricCollector<long> reclaimed = client.Counter("leases.reclaimed");

        await DropResponseAsync(client);
        await Eventually.IsTrueAfterCollection(() => client.InFlight == 0);

        Assert.Single(client.Logs.GetSnapshot(), log => log.Level == LogLevel.Warning && log.Id.Id == LogEvents.LeaseReclaimed);
        Assert.Single(reclaimed.GetMeasurementSnapshot());
    }

    [Fact]
    public async Task A_response_that_was_read_but_never_disposed_logs_no_warning()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using BalancedClient client = ClientOf(server);

        WeakReference dropped = await ReadAndDropResponseAsync(client);
        await Eventually.IsTrueAfterCollection(() => !dropped.IsAlive);

        Assert.DoesNotContain(client.Logs.GetSnapshot(), log => log.Id.Id == LogEvents.LeaseReclaimed);
    }

    [Fact]
    public async Task A_logger_that_throws_does_not_crash_the_process_when_a_leaked_response_is_collected()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context => context.Response.WriteAsync(new string('x', 100_000)));
        await using var client = new BalancedClient(
            options: o => o.Endpoints = [server.Address],
            builder: builder => builder.Services.AddLogging(logging => logging.AddProvider(new ThrowingLogger())));

        await DropResponseAsync(client);

        await Eventually.IsTrueAfterCollection(() => client.InFlight == 0);
    }

    [Fact]
    public async Task A_body_read_and_disposed_concurrently_ends_only_once()
    {
        await using var client = new BalancedClient(
            new StubHandler(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new MemoryStream(new byte[10])) }));

        for (int i = 0; i < 200; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
            using var barrier = new Barrier(2);
            Task reading = Task.Run(
                async () =>
                {
                    barrier.SignalAndWait(Cancelled);
                    await Record.ExceptionAsync(() => response.Content.ReadAsByteArrayAsync(Cancelled));
                },
                Cancelled);
            barrier.SignalAndWait(Cancelled);
            response.Dispose();
            await reading;
        }

        Assert.Equal((0, 200L), (client.InFlight, client.Succeeded));
    }

    [Fact]
    public async Task A_thousand_sequential_requests_leave_nothing_in_flight()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.QueryString.Value is "?3" ? 503 : 200;
            return context.Response.WriteAsync("some text");
        });
        await using var client = new BalancedClient(options: o => (o.Endpoints, o.OutlierDetection.ConsecutiveErrors) = ([server.Address], 0));

        for (int i = 0; i < 1000; i++)
        {
            using HttpResponseMessage response = await client.Http.GetAsync($"/items?{i % 10}", i % 2 == 0
                ? HttpCompletionOption.ResponseContentRead
                : HttpCompletionOption.ResponseHeadersRead, Cancelled);
        }

        Assert.Equal((0, 900L, 300L), (client.InFlight, client.Succeeded, client.Failed));
    }

    private static BalancedClient ClientOf(LoopbackServer server) => new(options: o => o.Endpoints = [server.Address]);

    private static HttpRequestMessage Http2Get() => new(HttpMethod.Get, "/items")
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <summary>Closes the connection in the middle of every body.</summary>
    private static RawServer BreakingOff(bool chunked) => new(async connection =>
    {
        await connection.ReadHeadersAsync();
        await connection.WriteAsync("HTTP/1.1 200 OK\r\n" + (chunked
            ? "Transfer-Encoding: chunked\r\n\r\n9\r\nbeginning\r\n"
            : "Content-Length: 100\r\n\r\nbeginning"));
    });

    private static Task Blocking(Action action) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // In separate methods, so that no local variable of the test keeps the response alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task DropResponseAsync(BalancedClient client)
    {
        await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
        Assert.Equal(1, client.InFlight);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> ReadAndDropResponseAsync(BalancedClient client)
    {
        HttpResponseMessage response = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
        await response.Content.ReadAsStringAsync(Cancelled);
        return new WeakReference(response.Content, trackResurrection: true);
    }

    private sealed class FullDisk : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("disk full");

        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("disk full");

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => throw new IOException("disk full");

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("disk full");
    }

    private sealed class ThrowingLogger : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == LogEvents.LeaseReclaimed)
            {
                throw new InvalidOperationException("logging is over");
            }
        }

        public void Dispose()
        {
        }
    }
}
