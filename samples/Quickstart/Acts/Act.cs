using LoadBalancing.Client;

namespace Quickstart;

/// <summary>One event, and its expected effects.</summary>
internal abstract class Act
{
    /// <summary>The number of concurrent callers, unless an act needs sequential calls.</summary>
    protected const int ManyCallers = 6;

    /// <summary>The number of consecutive failures that eject a server: the default of <see cref="OutlierDetectionOptions.ConsecutiveErrors"/>.</summary>
    protected const int ConsecutiveErrors = 5;

    public abstract string Title { get; }

    public abstract string Story { get; }

    /// <summary>Triggers the event, then reports expected and actual results.</summary>
    public abstract Task PlayAsync(Stage stage, Findings findings, CancellationToken cancellationToken);
}
