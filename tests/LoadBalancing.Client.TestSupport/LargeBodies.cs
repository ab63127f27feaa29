using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoadBalancing.Client.TestSupport;

/// <summary>A client and a server that exchange bodies of any length and sample the memory in use.</summary>
public sealed class LargeBodies(long length)
{
    private readonly List<long> _samples = [];

    /// <summary>The memory in use before.</summary>
    public long MemoryBefore { get; private set; }

    /// <summary>The maximum memory in use, measured after a collection.</summary>
    public long MaxMemory => Samples[^1];

    /// <summary>
    /// The median memory in use. Buffering a body increases it by half of its length; other short-lived allocations of the process do not.
    /// </summary>
    public long MedianMemory => Samples[^((Samples.Length / 2) + 1)];

    private long[] Samples
    {
        get
        {
            lock (_samples)
            {
                return [.. _samples.Order()];
            }
        }
    }

    /// <summary>Uploads the body and downloads it again, concurrently if the protocol supports it.</summary>
    /// <param name="protocol">The protocol. Over HTTP/1.1 the upload completes before the response is read.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    public async Task RunAsync(HttpProtocols protocol, CancellationToken cancellationToken)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(RespondAsync, protocol);
        await using var client = new BalancedClient(options: options =>
        {
            options.Endpoints = [server.Address];
            (options.Timeout, options.Retry.PerTryTimeout) = (Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        });
        await SendAsync(client, protocol, 1 << 20, cancellationToken);
        _samples.Clear();
        MemoryBefore = GC.GetTotalMemory(forceFullCollection: true);
        await SendAsync(client, protocol, length, cancellationToken);
    }

    private static async Task RespondAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        long responseLength = long.Parse(context.Request.Query["length"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
        var received = new PatternStream(0);
        await context.Request.Body.CopyToAsync(received);
        context.Response.Headers["received"] = received.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        context.Response.ContentLength = responseLength;
        await new PatternStream(responseLength).CopyToAsync(context.Response.Body);
    }

    private async Task SendAsync(BalancedClient client, HttpProtocols protocol, long bytes, CancellationToken cancellationToken)
    {
        Action<long> sample = SampleEvery(Math.Max(1, bytes / 8));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/items?length={bytes}")
        {
            Content = new StreamContent(new PatternStream(bytes, sample)),
            Version = protocol == HttpProtocols.Http2 ? System.Net.HttpVersion.Version20 : System.Net.HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using HttpResponseMessage response = await client.SendAsync(
            request, completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: cancellationToken);
        var download = new PatternStream(0, sample);
        await response.Content.CopyToAsync(download, cancellationToken);
        if (download.Count != bytes || response.Headers.GetValues("received").Single() != bytes.ToString(System.Globalization.CultureInfo.InvariantCulture))
        {
            throw new InvalidDataException(
                $"{bytes} bytes were sent, {response.Headers.GetValues("received").Single()} received, and {download.Count} returned.");
        }
    }

    private Action<long> SampleEvery(long step)
    {
        long next = step;
        return position =>
        {
            if (position >= next)
            {
                next = position >= next + step ? position + step : next + step;
                long used = GC.GetTotalMemory(forceFullCollection: true);
                lock (_samples)
                {
                    _samples.Add(used);
                }
            }
        };
    }
}
