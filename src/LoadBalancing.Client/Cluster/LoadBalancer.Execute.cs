namespace LoadBalancing.Client;

/// <summary>The main API below HTTP: runs an operation on a picked endpoint and reports its outcome, however it ends.</summary>
public sealed partial class LoadBalancer
{
    /// <summary>
    /// Picks an endpoint, runs an operation on it, and reports how it ended. The pick waits as <see cref="PickAsync"/> does; the lease ends when the
    /// operation does, whether it returns, throws or is cancelled.
    /// </summary>
    /// <remarks>
    /// <para>It makes one attempt and does not retry. To retry on another endpoint, call it again with the endpoints already tried in <see
    /// cref="PickContext.TriedEndpoints"/>.</para>
    /// <para>For a connection that outlives the operation, such as one of a pool or of a relay, pick with <see cref="PickAsync"/> and hold the lease for as
    /// long as the connection lives.</para>
    /// <para>
    /// An operation that returns is a success. Its exceptions propagate to the caller unchanged and are classified as follows; for socket errors,
    /// timeouts, failed authentications and broken streams the inner exceptions are considered too.
    /// </para>
    /// <list type="table">
    /// <listheader><term>it throws</term><description>outcome</description></listheader>
    /// <item><term>anything, after <paramref name="cancellationToken"/> was cancelled</term><description>neutral: the caller cancelled, and <paramref
    /// name="classify"/> is not called</description></item>
    /// <item><term>a <see cref="System.Net.Sockets.SocketException"/> for a refused connection or an unreachable or unknown host, or an
    /// <see cref="System.Security.Authentication.AuthenticationException"/></term><description><see cref="FailureKind.Connect"/></description></item>
    /// <item><term>a <see cref="TimeoutException"/>, an <see cref="OperationCanceledException"/> (the operation's own timeout), or a
    /// <see cref="System.Net.Sockets.SocketException"/> for a timeout</term><description><see cref="FailureKind.Timeout"/></description></item>
    /// <item><term>any other <see cref="System.Net.Sockets.SocketException"/>, or an <see cref="IOException"/></term><description><see
    /// cref="FailureKind.Reset"/></description></item>
    /// <item><term>an <see cref="ArgumentException"/>, <see cref="NotSupportedException"/>, <see cref="NotImplementedException"/>, <see
    /// cref="ObjectDisposedException"/>, <see cref="FileNotFoundException"/> or
    /// <see cref="DirectoryNotFoundException"/>, or a <see cref="System.Net.Sockets.SocketException"/> because this machine ran out of sockets, ports or
    /// permissions</term>
    /// <description>neutral: the cause is local, and any other endpoint would have thrown the same</description></item>
    /// <item><term>anything else</term><description><see cref="FailureKind.ErrorResponse"/></description></item>
    /// </list>
    /// <para>Safe for use from any number of threads.</para>
    /// </remarks>
    /// <example>
    /// The operation is static and receives its inputs as state, so that nothing is captured:
    /// <code>
    /// string greeting = await smtp.ExecuteAsync(
    ///     "relay.example",
    ///     static async (endpoint, name, cancellationToken) =>
    ///     {
    ///         using var client = new TcpClient();
    ///         await client.ConnectAsync(endpoint.Address.IdnHost, endpoint.Address.Port, cancellationToken);
    ///         using var reader = new StreamReader(client.GetStream());
    ///         return await reader.ReadLineAsync(cancellationToken) ?? throw new EndOfStreamException();
    ///     },
    ///     classify: static (greeting, exception) =>
    ///         greeting is not null &amp;&amp; greeting.StartsWith('4') ? AttemptOutcome.Failure(FailureKind.Gateway) : null,
    ///     cancellationToken: cancellationToken);
    /// </code>
    /// </example>
    /// <typeparam name="TState">The type of the state.</typeparam>
    /// <typeparam name="TResult">The type of its result.</typeparam>
    /// <param name="state">The state that is passed to the operation unchanged.</param>
    /// <param name="operation">The operation; receives the endpoint, <paramref name="state"/> and <paramref name="cancellationToken"/>. Called once, after the
    /// pick.</param>
    /// <param name="context">The properties of the attempt that affect the pick; the default allows any available endpoint.</param>
    /// <param name="classify">
    /// Classifies the attempt by its result or by its exception; the other argument has its default value. Null, or a null return value: the
    /// classification in the remarks applies. When it throws, the lease ends with the outcome of the remarks, and the caller receives its exception:
    /// unchanged after a result, or, after an exception of the operation, in an <see cref="AggregateException"/> of both.
    /// </param>
    /// <param name="cancellationToken">Cancels the wait for the pick, and is passed to the operation. The default is never cancelled.</param>
    /// <returns>The result of the operation.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="operation"/> is null.</exception>
    /// <exception cref="NoEndpointAvailableException">As for <see cref="PickAsync"/>; the operation was not called.</exception>
    /// <exception cref="LoadBalancerOverflowException">As for <see cref="PickAsync"/>; the operation was not called.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the pick, and the operation was not called; or the operation threw
    /// it.</exception>
    public ValueTask<TResult> ExecuteAsync<TState, TResult>(
        TState state,
        Func<UpstreamEndpoint, TState, CancellationToken, ValueTask<TResult>> operation,
        PickContext context = default,
        Func<TResult?, Exception?, AttemptOutcome?>? classify = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return RunAsync(
            (state, operation, classify),
            static (endpoint, call, token) => call.operation(endpoint, call.state, token),
            static (call, result, exception) => call.classify?.Invoke(result, exception),
            context,
            cancellationToken);
    }

    /// <summary>
    /// Does the same as <see cref="ExecuteAsync{TState, TResult}"/> for an operation without a result, on any available endpoint. If a context or a
    /// classifier is needed, use an operation with a result.
    /// </summary>
    /// <typeparam name="TState">The type of the state.</typeparam>
    /// <param name="state">The state that is passed to the operation unchanged.</param>
    /// <param name="operation">The operation; receives the endpoint, <paramref name="state"/> and <paramref name="cancellationToken"/>. Called once, after the
    /// pick.</param>
    /// <param name="cancellationToken">Cancels the wait for the pick, and is passed to the operation.</param>
    /// <returns>A task that completes when the operation does.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="operation"/> is null.</exception>
    /// <exception cref="NoEndpointAvailableException">As for <see cref="PickAsync"/>; the operation was not called.</exception>
    /// <exception cref="LoadBalancerOverflowException">As for <see cref="PickAsync"/>; the operation was not called.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the pick, and the operation was not called; or the operation threw
    /// it.</exception>
    public ValueTask ExecuteAsync<TState>(
        TState state,
        Func<UpstreamEndpoint, TState, CancellationToken, ValueTask> operation,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return WithoutResult(RunAsync(
            (state, operation),
            static async (endpoint, call, token) =>
            {
                await call.operation(endpoint, call.state, token).ConfigureAwait(false);
                return true;
            },
            static (_, _, _) => null,
            context: default,
            cancellationToken));
    }

    /// <summary>Does the same as <see cref="ExecuteAsync{TState, TResult}"/> for an operation that needs no state, or captures it, on any available
    /// endpoint.</summary>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="operation">The operation; receives the endpoint and <paramref name="cancellationToken"/>. Called once, after the pick.</param>
    /// <param name="cancellationToken">Cancels the wait for the pick, and is passed to the operation.</param>
    /// <returns>The result of the operation.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="operation"/> is null.</exception>
    /// <exception cref="NoEndpointAvailableException">As for <see cref="PickAsync"/>; the operation was not called.</exception>
    /// <exception cref="LoadBalancerOverflowException">As for <see cref="PickAsync"/>; the operation was not called.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the pick, and the operation was not called; or the operation threw
    /// it.</exception>
    public ValueTask<TResult> ExecuteAsync<TResult>(
        Func<UpstreamEndpoint, CancellationToken, ValueTask<TResult>> operation,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return RunAsync(
            operation,
            static (endpoint, operation, token) => operation(endpoint, token),
            static (_, _, _) => null,
            context: default,
            cancellationToken);
    }

    /// <summary>Does the same as <see cref="ExecuteAsync{TState, TResult}"/> for an operation that has no result and needs no state, or captures it, on any
    /// available endpoint.</summary>
    /// <param name="operation">The operation; receives the endpoint and <paramref name="cancellationToken"/>. Called once, after the pick.</param>
    /// <param name="cancellationToken">Cancels the wait for the pick, and is passed to the operation.</param>
    /// <returns>A task that completes when the operation does.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="operation"/> is null.</exception>
    /// <exception cref="NoEndpointAvailableException">As for <see cref="PickAsync"/>; the operation was not called.</exception>
    /// <exception cref="LoadBalancerOverflowException">As for <see cref="PickAsync"/>; the operation was not called.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the pick, and the operation was not called; or the operation threw
    /// it.</exception>
    public ValueTask ExecuteAsync(Func<UpstreamEndpoint, CancellationToken, ValueTask> operation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return WithoutResult(RunAsync(
            operation,
            static async (endpoint, operation, token) =>
            {
                await operation(endpoint, token).ConfigureAwait(false);
                return true;
            },
            static (_, _, _) => null,
            context: default,
            cancellationToken));
    }

    /// <summary>Allocates nothing: the task exists already, or is one of the two that the runtime caches for completed results.</summary>
    private static ValueTask WithoutResult(ValueTask<bool> running) => new(running.AsTask());

    private async ValueTask<TResult> RunAsync<TCall, TResult>(
        TCall call,
        Func<UpstreamEndpoint, TCall, CancellationToken, ValueTask<TResult>> operation,
        Func<TCall, TResult?, Exception?, AttemptOutcome?> classify,
        PickContext context,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        EndpointLease lease = await PickAsync(context, cancellationToken).ConfigureAwait(false);
        AttemptOutcome outcome = AttemptOutcome.Neutral;
        try
        {
            TResult result;
            try
            {
                result = await operation(lease.Endpoint, call, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    // Regardless of its type: aborted operations throw exceptions of all types.
                    Metrics.OnAttemptAbandoned();
                    throw;
                }

                outcome = ExceptionOutcome.Of(exception);
                outcome = ClassifyException(classify, call, exception) ?? outcome;
                throw;
            }

            outcome = AttemptOutcome.Success;
            outcome = classify(call, result, null) ?? outcome;
            return result;
        }
        finally
        {
            lease.End(outcome);
        }
    }

    private static AttemptOutcome? ClassifyException<TCall, TResult>(
        Func<TCall, TResult?, Exception?, AttemptOutcome?> classify,
        TCall call,
        Exception exception)
    {
        try
        {
            return classify(call, default, exception);
        }
        catch (Exception classifierException)
        {
            throw new AggregateException(
                "The operation failed, and the classifier threw an exception while classifying the failure.",
                exception,
                classifierException);
        }
    }
}
