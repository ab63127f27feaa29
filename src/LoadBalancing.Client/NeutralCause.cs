namespace LoadBalancing.Client;

/// <summary>Why a timeout of an attempt is neutral: the attempt waited for something on this side when it timed out.</summary>
internal enum NeutralCause : byte
{
    /// <summary>Any other reason to be neutral.</summary>
    None = 0,

    /// <summary>It waited for a connection, or a stream of one, that other requests of this client use. Nothing was sent.</summary>
    Queue,

    /// <summary>The body was being sent, and the stream that it is read from had no data.</summary>
    UploadSource,
}
