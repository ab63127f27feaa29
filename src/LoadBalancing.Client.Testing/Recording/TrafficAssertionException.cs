namespace LoadBalancing.Client;

/// <summary>Recorded traffic is not as a test expects. The message shows the relevant lines of the timeline.</summary>
public sealed class TrafficAssertionException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public TrafficAssertionException()
        : this("The recorded traffic is not as expected.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was expected and what was recorded.</param>
    public TrafficAssertionException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was expected and what was recorded.</param>
    /// <param name="innerException">The cause.</param>
    public TrafficAssertionException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
