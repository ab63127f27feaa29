namespace OneBadOfTen;

/// <summary>What is wrong with the bad server. The keys are the words of the command line and of the orders to the servers.</summary>
internal sealed record Fault(string Key, string Story)
{
    public static readonly Fault None = new("none", "all ten are well");
    public static readonly Fault Answers503 = new("503", "one of ten answers 503 at once");
    public static readonly Fault Slow = new("slow", "one of ten answers 200 ms late");
    public static readonly Fault Silent = new("silent", "one of ten takes requests and never answers");
    public static readonly Fault Killed = new("killed", "one of ten is killed after 2/8 of the time and started again after 5/8");

    private static readonly Fault[] All = [None, Answers503, Slow, Silent, Killed];

    public static Fault? Find(string key) => All.FirstOrDefault(fault => fault.Key == key);

    /// <summary>Lets the fault happen during a run: all but one are there from the start.</summary>
    public async Task PlayAsync(ServerProcess servers, TimeSpan duration, CancellationToken cancellationToken)
    {
        if (this != Killed)
        {
            await servers.InflictAsync(this);
            return;
        }

        await Task.Delay(duration * 2 / 8, cancellationToken);
        await servers.InflictAsync(Killed);
        await Task.Delay(duration * 3 / 8, cancellationToken);
        await servers.InflictAsync(None);
    }
}
