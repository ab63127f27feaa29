namespace LoadBalancing.Client.Tests.ForeignCode;

/// <summary>A handler of an application around the balancing: throws before the call, or after it, when it owns the response.</summary>
internal sealed class TrappedHandler(Trap trap) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        trap.Enter(ForeignCodeKind.UserHandler);
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        return Pass(response);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        trap.Enter(ForeignCodeKind.UserHandler);
        return Pass(base.Send(request, cancellationToken));
    }

    private HttpResponseMessage Pass(HttpResponseMessage response)
    {
        try
        {
            trap.Enter(ForeignCodeKind.UserHandler);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
