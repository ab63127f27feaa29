using System.Net;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.ForeignCode;

/// <summary>Exceptions between the arrival of a response and its return to the caller.</summary>
public sealed class LateExceptionTests
{
    [Fact]
    public async Task A_request_that_its_caller_disposes_in_flight_costs_nothing()
    {
        var body = new DisposableContent();
        var respond = new TaskCompletionSource<HttpResponseMessage>();
        var stub = new StubHandler(_ => respond.Task);
        await using var client = new BalancedClient(stub, static options => options.ConnectionPool = new() { MaxRequests = 1, MaxPendingRequests = 0 });
        var request = new HttpRequestMessage(HttpMethod.Get, "/items");
        Task<HttpResponseMessage> call = client.SendAsync(request, cancellationToken: TestContext.Current.CancellationToken);
        await stub.WaitForCallAsync(1);

        request.Dispose();
        respond.SetResult(new HttpResponseMessage { Content = body, RequestMessage = new HttpRequestMessage() });

        await Assert.ThrowsAsync<ObjectDisposedException>(() => call);
        Assert.True(body.IsDisposed);
        Assert.Equal(0, client.InFlight);
        Assert.Equal(0, client.Balancer.Permits.PermitsInUse);
    }

    [Fact]
    public async Task A_content_factory_that_throws_at_a_redirect_leaves_no_response_open()
    {
        var body = new DisposableContent();
        var stub = new StubHandler(_ => new HttpResponseMessage(HttpStatusCode.TemporaryRedirect)
        {
            Content = body,
            Headers = { Location = new("/moved", UriKind.Relative) },
        });
        await using var client = new BalancedClient(stub, static options => options.FollowRedirects = true);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/items") { Content = new StreamContent(new MemoryStream([1])) };
        request.LoadBalancing().ContentFactory(static () => throw new InvalidDataException());

        await Assert.ThrowsAsync<InvalidDataException>(() => client.SendAsync(request, cancellationToken: TestContext.Current.CancellationToken));

        Assert.True(body.IsDisposed);
        Assert.Equal(0, client.InFlight);
    }

    [Fact]
    public async Task A_content_factory_that_throws_ends_the_call_and_is_not_retried()
    {
        int made = 0;
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        await using var client = new BalancedClient(stub, static options => options.Retry.RetryAllMethods = true);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/items") { Content = new StreamContent(new MemoryStream([1])) };
        request.LoadBalancing().ContentFactory(() => ++made == 1 ? throw new InvalidDataException() : new ByteArrayContent([1]));

        await Assert.ThrowsAsync<InvalidDataException>(() => client.SendAsync(request, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(1, made);
        Assert.Single(stub.Calls);
        Assert.Equal(0, client.InFlight);
    }

    private sealed class DisposableContent : ByteArrayContent
    {
        public DisposableContent()
            : base([1, 2, 3])
        {
        }

        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
