namespace LoadBalancing.Client.Tests.ForeignCode;

/// <summary>
/// Whatever foreign code throws, and at whichever of its calls: afterwards no permit is in use, no attempt in flight, no trial gate taken and no
/// response open, and the next calls succeed.
/// </summary>
public sealed class ForeignCodeTests
{
    private const int MaxCall = 50;
    private const int MaxRounds = 150;

    public static TheoryData<ForeignCodeKind> Kinds => [.. Enum.GetValues<ForeignCodeKind>().Where(static kind => kind != ForeignCodeKind.ActivityListener)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task An_exception_at_any_call_of_foreign_code_costs_nothing(ForeignCodeKind kind) => ThrowAtEachCallAsync(kind, static _ => null);

    /// <summary>
    /// Lets foreign code throw at its first call, then at the second of the calls that follow, and so on. Code that is called when a service starts
    /// throws in a new service each time.
    /// </summary>
    /// <param name="kind">The foreign code.</param>
    /// <param name="listen">Starts what the client does not own.</param>
    internal static async Task ThrowAtEachCallAsync(ForeignCodeKind kind, Func<Trap, IDisposable?> listen)
    {
        bool isCalledAtStart = kind is ForeignCodeKind.Strategy or ForeignCodeKind.Source or ForeignCodeKind.Logger;
        var trap = new Trap(kind);
        using IDisposable? listener = listen(trap);
        ForeignCodeBench? bench = null;
        for (int call = 1; call <= MaxCall; call++)
        {
            trap.Set(call);
            if (bench is null || isCalledAtStart)
            {
                await (bench?.DisposeAsync() ?? default);
                bench = new ForeignCodeBench(trap);
                bench.Start();
            }

            for (int round = 0; round < MaxRounds && !trap.HasSprung; round++)
            {
                await bench.RunRoundAsync();
            }

            Assert.True(trap.HasSprung, $"{kind} was not called {call} times");
            await bench.AssertNothingIsLostAsync($"call {call} of {kind}");
        }

        await bench!.DisposeAsync();
    }
}
