namespace LoadBalancing.Client;

/// <summary>A run on a <see cref="VirtualClock"/> could not be carried out in one thread and to its end. The message names who left the thread and how, or what it waits for.</summary>
public sealed class VirtualClockException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public VirtualClockException()
        : this("A run on a virtual clock could not be carried out.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    public VirtualClockException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">What led to it.</param>
    public VirtualClockException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
