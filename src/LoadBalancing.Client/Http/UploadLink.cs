namespace LoadBalancing.Client;

/// <summary>Keeps a body that is still being sent after the headers of the answer tied to the caller's cancellation, but no longer to our time limit.</summary>
internal sealed class UploadLink
{
    private readonly AttemptTimer _timer;

    public UploadLink(AttemptTimer timer)
    {
        _timer = timer;
        timer.StopClock();
    }

    public void End() => _timer.EndUnshared();
}
