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

    /// <summary>Lets foreign code throw at its first call, then, with a new client, at its second, and so on.</summary>
    /// <param name="kind">The foreign code.</param>
    /// <param name="listen">Starts what the client does not own.</param>
    internal static async Task ThrowAtEachCallAsync(ForeignCodeKind kind, Func<Trap, IDisposable?> listen)
    {
        for (int call = 1; call <= MaxCall; call++)
        {
            var trap = new Trap(kind, call);
            using IDisposable? listener = listen(trap);
            await using var bench = new ForeignCodeBench(trap);
            bench.Start();
            for (int round = 0; round < MaxRounds && !trap.HasSprung; round++)
            {
                await bench.RunRoundAsync();
            }

            Assert.True(trap.HasSprung, $"{kind} was not called {call} times");
            await bench.AssertNothingIsLostAsync($"call {call} of {kind}");
        }
    }
}
