using Spectre.Console;

namespace Quickstart;

/// <summary>The output of the demo.</summary>
internal interface IView
{
    void Open(string text);

    void Announce(string title, string story);

    /// <summary>Shows the scores until the act completes, including the final ones. Does not observe exceptions of the act.</summary>
    Task FollowAsync(Scoreboard scores, Task act);

    void Report(Finding finding);

    void Close(string verdict, TimeSpan elapsed);

    /// <summary>A live table in a terminal, plain lines in a pipe, a file or a build log.</summary>
    static IView ForThisTerminal() =>
        AnsiConsole.Profile.Out.IsTerminal && AnsiConsole.Profile.Capabilities.Ansi ? new LiveView() : new PlainView(Console.Out);
}
