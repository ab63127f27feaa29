namespace LoadBalancing.Client;

/// <summary>How a virtual endpoint ends an exchange.</summary>
public enum VirtualReplyKind
{
    /// <summary>With an answer.</summary>
    Response = 0,

    /// <summary>By breaking the connection.</summary>
    Reset,

    /// <summary>Not at all.</summary>
    NoResponse,

    /// <summary>It did not come about: nobody listens there.</summary>
    ConnectionRefused,
}
