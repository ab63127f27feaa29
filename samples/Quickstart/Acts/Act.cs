using LoadBalancing.Client;

namespace Quickstart;

/// <summary>One thing that happens, and what must come of it.</summary>
internal abstract class Act
{
    /// <summary>How many callers make calls at once, where an act does not need them one by one.</summary>
    protected const int ManyCallers = 6;

    /// <summary>How many failures in a row eject a server: the default of <see cref="OutlierDetectionOptions.ConsecutiveErrors"/>.</summary>
    protected const int ConsecutiveErrors = 5;

    public abstract string Title { get; }

    public abstract string Story { get; }

    /// <summary>Lets it happen, then says what was expected and what was seen.</summary>
    public abstract Task PlayAsync(Stage stage, Findings findings, CancellationToken cancellationToken);
}
