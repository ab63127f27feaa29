namespace LoadBalancing.Client;

/// <summary>
/// A run on a <see cref="VirtualClock"/> left its thread or did not complete. The message names the code that left the thread, or what the run waits for.
/// </summary>
public sealed class VirtualClockException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public VirtualClockException()
        : this("A run on a virtual clock failed.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The message.</param>
    public VirtualClockException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The message.</param>
    /// <param name="innerException">The cause.</param>
    public VirtualClockException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
