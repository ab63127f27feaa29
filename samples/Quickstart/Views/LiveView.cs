using Spectre.Console;

namespace Quickstart;

/// <summary>For terminals: a table per act that is redrawn in place until the act completes.</summary>
internal sealed class LiveView : IView
{
    private static readonly TimeSpan RedrawEvery = TimeSpan.FromMilliseconds(100);

    public void Open(string text) => AnsiConsole.Write(new Panel(new Text(text)).RoundedBorder());

    public void Announce(string title, string story)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.Write(new Rule($"[bold]{Markup.Escape(title)}[/]").LeftJustified());
        AnsiConsole.WriteLine(story);
    }

    public Task FollowAsync(Scoreboard scores, Task act) => AnsiConsole.Live(Draw(scores)).StartAsync(async display =>
    {
        while (!act.IsCompleted)
        {
            await Task.WhenAny(act, Task.Delay(RedrawEvery));
            display.UpdateTarget(Draw(scores));
        }
    });

    public void Report(Finding finding)
    {
        string mark = finding.Holds ? "[green]  ok[/]" : "[red]MISS[/]";
        AnsiConsole.MarkupLine($"{mark}  expected  {Markup.Escape(finding.Expected)}");
        AnsiConsole.MarkupLine($"      actual    [bold]{Markup.Escape(finding.Seen)}[/]");
    }

    public void Close(string verdict, TimeSpan elapsed)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLine($"[bold]{Markup.Escape(verdict)}[/], in {elapsed.TotalSeconds:0.0} s.");
    }

    private static Table Draw(Scoreboard scores)
    {
        // Fixed widths that fit 80 columns, so that the table does not move.
        Table table = new Table().HorizontalBorder().Caption(scores.Callers).AddColumns(
            new TableColumn("server"),
            new TableColumn("condition").Width(11),
            Number("attempts"),
            Number("share"),
            Number("errors"),
            Number("in flight"),
            new TableColumn("state").Width(14));
        foreach (Score score in scores.Read())
        {
            table.AddRow(
                score.Server,
                score.Condition,
                $"{score.Attempts}",
                $"{score.Share:P0}",
                $"{score.Errors}",
                $"{score.InFlight}",
                $"[{(score.IsAvailable ? "green" : "red")}]{score.State}[/]");
        }

        return table;
    }

    private static TableColumn Number(string header) => new TableColumn(header).RightAligned().PadRight(0);
}
