namespace LoadBalancing.Client;

/// <summary>How a virtual endpoint ends an exchange.</summary>
public enum VirtualReplyKind
{
    /// <summary>With an answer.</summary>
    Answer = 0,

    /// <summary>By breaking the connection.</summary>
    Reset,

    /// <summary>Not at all.</summary>
    Silence,

    /// <summary>It did not come about: nobody listens there.</summary>
    Refused,
}
