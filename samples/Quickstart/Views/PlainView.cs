namespace Quickstart;

/// <summary>For pipes, files and build logs: a line when the state of a server changes, and all lines at the end of each act.</summary>
internal sealed class PlainView(TextWriter output) : IView
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    public void Open(string text) => output.WriteLine(text);

    public void Announce(string title, string story)
    {
        output.WriteLine();
        output.WriteLine(title);
        output.WriteLine(story);
    }

    public async Task FollowAsync(Scoreboard scores, Task act)
    {
        IReadOnlyList<Score> before = scores.Read();
        while (!act.IsCompleted)
        {
            await Task.WhenAny(act, Task.Delay(PollInterval));
            IReadOnlyList<Score> now = scores.Read();
            foreach (Score score in now.Where((score, i) => score.IsAvailable != before[i].IsAvailable))
            {
                Write(score);
            }

            before = now;
        }

        foreach (Score score in before)
        {
            Write(score);
        }

        output.WriteLine($"  {scores.Callers}");
    }

    public void Report(Finding finding)
    {
        output.WriteLine($"{(finding.Holds ? "  ok" : "MISS")}  expected  {finding.Expected}");
        output.WriteLine($"      actual    {finding.Seen}");
    }

    public void Close(string verdict, TimeSpan elapsed)
    {
        output.WriteLine();
        output.WriteLine($"{verdict}, in {elapsed.TotalSeconds:0.0} s.");
    }

    private void Write(Score score) => output.WriteLine(
        $"  {score.Server}  {score.Condition,-11} attempts {score.Attempts,4} {score.Share,5:P0}  errors {score.Errors,2}  "
        + $"in flight {score.InFlight}  {score.State}");
}
