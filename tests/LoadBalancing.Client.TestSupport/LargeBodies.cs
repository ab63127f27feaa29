using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoadBalancing.Client.TestSupport;

/// <summary>A client and a server that send each other a body of any length, and look at how much memory is in use all the while.</summary>
public sealed class LargeBodies(long length)
{
    private readonly List<long> _samples = [];

    /// <summary>What was in use before.</summary>
    public long MemoryBefore { get; private set; }

    /// <summary>The most that was in use on the way, after a collection each time.</summary>
    public long MaxMemory => Samples[^1];

    /// <summary>What was in use on the way half of the time. A body that is kept makes it grow by half of its length, and what others in the process do for a moment does not.</summary>
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

    /// <summary>Sends the body to the server and gets it back, both at once where the protocol can.</summary>
    /// <param name="protocol">HTTP/1.1 sends all of a body before it reads the answer, so there it goes first there and then back.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(HttpProtocols protocol, CancellationToken cancellationToken)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(RespondAsync, protocol);
        await using var client = new BalancedClient(options: options => (options.Endpoints, options.Timeout, options.Retry.PerTryTimeout) = ([server.Address], Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        await SendAsync(client, protocol, 1 << 20, cancellationToken);
        _samples.Clear();
        MemoryBefore = GC.GetTotalMemory(forceFullCollection: true);
        await SendAsync(client, protocol, length, cancellationToken);
    }

    private static async Task RespondAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        long answer = long.Parse(context.Request.Query["length"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
        var received = new PatternStream(0);
        await context.Request.Body.CopyToAsync(received);
        context.Response.Headers["received"] = received.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        context.Response.ContentLength = answer;
        await new PatternStream(answer).CopyToAsync(context.Response.Body);
    }

    private async Task SendAsync(BalancedClient client, HttpProtocols protocol, long bytes, CancellationToken cancellationToken)
    {
        Action<long> look = SampleEvery(Math.Max(1, bytes / 8));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/items?length={bytes}")
        {
            Content = new StreamContent(new PatternStream(bytes, look)),
            Version = protocol == HttpProtocols.Http2 ? System.Net.HttpVersion.Version20 : System.Net.HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using HttpResponseMessage response = await client.SendAsync(request, completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: cancellationToken);
        var back = new PatternStream(0, look);
        await response.Content.CopyToAsync(back, cancellationToken);
        if (back.Count != bytes || response.Headers.GetValues("received").Single() != bytes.ToString(System.Globalization.CultureInfo.InvariantCulture))
        {
            throw new InvalidDataException($"{bytes} bytes were sent, {response.Headers.GetValues("received").Single()} received, and {back.Count} came back.");
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
