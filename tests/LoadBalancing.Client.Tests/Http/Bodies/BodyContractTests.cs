using System.Net;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Http.Bodies;

/// <summary>
/// Every kind of content, read in every way, on both sides: a request's as its primary handler sees it, and a response's as the caller sees it. Handlers
/// other than <see cref="SocketsHttpHandler"/> use all of a content's contract.
/// </summary>
public sealed class BodyContractTests
{
    private static readonly string[] InMemoryContents = ["ByteArray", "String", "ReadOnlyMemory", "FormUrlEncoded", "Json", "Multipart"];

    public static MatrixTheoryData<string, string> All => new([.. BodyMatrix.Contents], [.. BodyMatrix.Readers]);

    public static MatrixTheoryData<string, string> InMemory => new(InMemoryContents, [.. BodyMatrix.Readers]);

    public static MatrixTheoryData<string, string> OfKnownLength =>
        new([.. BodyMatrix.Contents.Except(["UnknownLength", "ForwardOnlyStream", "Json"])], [.. BodyMatrix.Readers]);

    public static TheoryData<string, string, bool> Resent
    {
        get
        {
            var rows = new TheoryData<string, string, bool>();
            foreach (string content in BodyMatrix.Contents)
            {
                foreach (string reader in BodyMatrix.Readers)
                {
                    rows.Add(content, reader, true);
                    if (InMemoryContents.Contains(content))
                    {
                        rows.Add(content, reader, false);
                    }
                }
            }

            return rows;
        }
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_request_body_reaches_a_primary_handler_whichever_way_it_reads(string content, string reader)
    {
        var seen = new List<string>();
        await using var client = new BalancedClient(Recording(seen, reader, HttpStatusCode.OK));

        await SendAsync(client, content);

        Assert.Equal([await BodyMatrix.ExpectedAsync(content)], seen);
    }

    [Theory]
    [MemberData(nameof(Resent))]
    public async Task A_body_that_is_sent_three_times_reaches_the_primary_handler_three_times(string content, string reader, bool factory)
    {
        var seen = new List<string>();
        await using var client = new BalancedClient(
            Recording(seen, reader, HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK),
            static options =>
            {
                options.Timeout = TimeSpan.FromMinutes(5);
                options.Retry.PerTryTimeout = TimeSpan.FromMinutes(1);
            });

        await SendAsync(client, content, factory);

        Assert.Equal(Enumerable.Repeat(await BodyMatrix.ExpectedAsync(content), 3), seen);
    }

    [Theory]
    [MemberData(nameof(OfKnownLength))]
    public async Task A_buffered_body_is_retried_whichever_way_it_is_read(string content, string reader)
    {
        var seen = new List<string>();
        await using var client = new BalancedClient(
            Recording(seen, reader, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK),
            static options => options.Retry.MaxBufferedBodySize = 1 << 20);

        await SendAsync(client, content);

        Assert.Equal(Enumerable.Repeat(await BodyMatrix.ExpectedAsync(content), 2), seen);
    }

    [Theory]
    [MemberData(nameof(InMemory))]
    public async Task A_body_follows_a_redirect_whichever_way_it_is_read(string content, string reader)
    {
        var seen = new List<string>();
        var stub = new StubHandler(async call =>
        {
            seen.Add(BodyMatrix.Mask(await BodyMatrix.ReadAsync(reader, call.Request.Content!), call.Request.Content!));
            var response = new HttpResponseMessage(call.Number < 3 ? HttpStatusCode.TemporaryRedirect : HttpStatusCode.OK);
            response.Headers.Location = new Uri("/elsewhere", UriKind.Relative);
            return response;
        });
        await using var client = new BalancedClient(stub, static options => options.FollowRedirects = true);

        await SendAsync(client, content);

        Assert.Equal(Enumerable.Repeat(await BodyMatrix.ExpectedAsync(content), 3), seen);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_response_body_reaches_the_caller_whichever_way_it_reads(string content, string reader)
    {
        await AssertResponseAsync(content, reader, static _ => { });
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_response_body_with_timeouts_reaches_the_caller_whichever_way_it_reads(string content, string reader)
    {
        await AssertResponseAsync(content, reader, static options =>
        {
            options.BodyIdleTimeout = TimeSpan.FromMinutes(1);
            options.Timeout = TimeSpan.FromMinutes(5);
            options.TimeoutCoversBody = true;
        });
    }

    private static async Task AssertResponseAsync(string content, string reader, Action<LoadBalancingOptions> options)
    {
        var stub = new StubHandler(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = BodyMatrix.Create(content) });
        await using var client = new BalancedClient(stub, options);

        using HttpResponseMessage response = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
        Assert.Equal(1, client.InFlight);
        byte[] body = await BodyMatrix.ReadAsync(reader, response.Content);

        Assert.Equal(await BodyMatrix.ExpectedAsync(content), BodyMatrix.Mask(body, response.Content));
        Assert.Equal(0, client.InFlight);
        Assert.Equal(1, client.Succeeded);
    }

    private static StubHandler Recording(List<string> seen, string reader, params HttpStatusCode[] statuses) => new(async call =>
    {
        seen.Add(BodyMatrix.Mask(await BodyMatrix.ReadAsync(reader, call.Request.Content!), call.Request.Content!));
        return new HttpResponseMessage(statuses[Math.Min(call.Number, statuses.Length) - 1]);
    });

    private static async Task SendAsync(BalancedClient client, string content, bool factory = false)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, "/items") { Content = BodyMatrix.Create(content) };
        if (factory)
        {
            request.LoadBalancing().ContentFactory(() => BodyMatrix.Create(content));
        }

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
