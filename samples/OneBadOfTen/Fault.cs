namespace OneBadOfTen;

/// <summary>The fault of the bad server. The keys are used on the command line and in commands to the servers.</summary>
internal sealed record Fault(string Key, string Story)
{
    public static readonly Fault None = new("none", "all ten are healthy");
    public static readonly Fault Returns503 = new("503", "one of ten responds with 503 immediately");
    public static readonly Fault Slow = new("slow", "one of ten responds with a delay of 200 ms");
    public static readonly Fault Silent = new("silent", "one of ten accepts requests and never responds");
    public static readonly Fault Killed = new("killed", "one of ten is killed after 2/8 of the time and restarted after 5/8");

    private static readonly Fault[] All = [None, Returns503, Slow, Silent, Killed];

    public static Fault? Find(string key) => All.FirstOrDefault(fault => fault.Key == key);

    /// <summary>Applies the fault during a run; all but one apply from the start.</summary>
    public async Task PlayAsync(ServerProcess servers, TimeSpan duration, CancellationToken cancellationToken)
    {
        if (this != Killed)
        {
            await servers.SetFaultAsync(this);
            return;
        }

        await Task.Delay(duration * 2 / 8, cancellationToken);
        await servers.SetFaultAsync(Killed);
        await Task.Delay(duration * 3 / 8, cancellationToken);
        await servers.SetFaultAsync(None);
    }
}
