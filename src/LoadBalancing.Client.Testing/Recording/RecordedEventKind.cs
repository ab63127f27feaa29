namespace LoadBalancing.Client;

/// <summary>The kind of an event of a <see cref="TrafficRecorder"/>.</summary>
public enum RecordedEventKind
{
    /// <summary>An endpoint was picked.</summary>
    Picked = 0,

    /// <summary>The outcome of an attempt was reported while its body is still being read.</summary>
    Reported,

    /// <summary>An attempt ended.</summary>
    Ended,

    /// <summary>A failed attempt is retried.</summary>
    Retried,

    /// <summary>An endpoint was ejected.</summary>
    Ejected,

    /// <summary>An endpoint was not ejected because of a limit.</summary>
    EjectionRefused,

    /// <summary>An endpoint was restored.</summary>
    Restored,

    /// <summary>Endpoints were added or removed.</summary>
    EndpointsChanged,

    /// <summary>An annotation of the test.</summary>
    Annotated,
}
