namespace LoadBalancing.Client;

/// <summary>What was recorded is not what a test expects. The message shows the lines of the time line that matter.</summary>
public sealed class TrafficAssertionException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public TrafficAssertionException()
        : this("The recorded traffic is not as expected.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was expected, and what was recorded.</param>
    public TrafficAssertionException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was expected, and what was recorded.</param>
    /// <param name="innerException">What led to it.</param>
    public TrafficAssertionException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
