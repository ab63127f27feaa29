namespace LoadBalancing.Client;

/// <summary>What a step of lock-free code does to shared state.</summary>
internal enum StepKind
{
    /// <summary>Reads it: two of these commute.</summary>
    Read,

    /// <summary>Changes it, or tries to.</summary>
    Write,

    /// <summary>Cannot continue until another thread writes.</summary>
    Wait,
}
