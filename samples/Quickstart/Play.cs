namespace Quickstart;

/// <summary>Plays the acts, one after the other.</summary>
internal sealed class Play(params Act[] acts)
{
    /// <returns>Whether all findings of all acts are as expected.</returns>
    public async Task<bool> RunAsync(Stage stage, IView view, CancellationToken cancellationToken)
    {
        bool asExpected = true;
        for (int i = 0; i < acts.Length; i++)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return false;
            }

            Act act = acts[i];
            view.Announce($"{i + 1}. {act.Title}", act.Story);
            var findings = new Findings();
            var scores = new Scoreboard(stage);
            Task playing = PlayAsync(act, stage, findings, cancellationToken);
            await view.FollowAsync(scores, playing);
            await playing;

            foreach (Finding finding in findings)
            {
                view.Report(finding);
                asExpected &= finding.Holds;
            }
        }

        return asExpected;
    }

    private static async Task PlayAsync(Act act, Stage stage, Findings findings, CancellationToken cancellationToken)
    {
        try
        {
            await act.PlayAsync(stage, findings, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            findings.Expect("the act completes", "interrupted or timed out", holds: false);
        }
    }
}
