namespace LoadBalancing.Client;

/// <summary>What a <see cref="TrafficRecorder"/> has seen.</summary>
public enum RecordedEventKind
{
    /// <summary>An endpoint was picked.</summary>
    Picked = 0,

    /// <summary>What became of an attempt is known, and it is not over: its body is still being read.</summary>
    Reported,

    /// <summary>An attempt is over.</summary>
    Ended,

    /// <summary>A failed attempt will be made again.</summary>
    Retried,

    /// <summary>An endpoint was taken out.</summary>
    Ejected,

    /// <summary>An endpoint should have been taken out and stays.</summary>
    EjectionRefused,

    /// <summary>An endpoint is back in service.</summary>
    Restored,

    /// <summary>Endpoints joined or left.</summary>
    EndpointsChanged,

    /// <summary>The test wrote something down.</summary>
    Annotated,
}
