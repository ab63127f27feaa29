namespace LoadBalancing.Client;

/// <summary>How much a finding in a policy document matters.</summary>
public enum IstioFindingSeverity
{
    /// <summary>Worth knowing: a document that is not read here, or a place where this library differs from the mesh.</summary>
    Note = 0,

    /// <summary>Allowed, and probably not what was meant.</summary>
    Warning,

    /// <summary>The documents are not taken.</summary>
    Error,
}
