namespace LoadBalancing.Client;

/// <summary>The severity of a finding.</summary>
public enum IstioFindingSeverity
{
    /// <summary>Information: a document that is skipped, or a difference between this library and the mesh.</summary>
    Note = 0,

    /// <summary>Allowed, but probably not intended.</summary>
    Warning,

    /// <summary>The documents are rejected.</summary>
    Error,
}
