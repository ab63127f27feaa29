namespace LoadBalancing.Client.Tests.Discovery;

public sealed class EndpointSourceStatesTests
{
    private readonly EndpointSourceStates _states = new(["dns", "consul", "file"]);

    [Fact]
    public void What_is_awaited_is_named_after_what_has_gone_wrong()
    {
        _states.OnFailed("consul", new InvalidOperationException("The registry is gone."));

        Assert.Equal("source 'consul' failed: InvalidOperationException: The registry is gone; waiting for source 'dns' and 'file'", _states.Describe());
    }

    [Fact]
    public void The_last_event_of_a_source_counts()
    {
        _states.OnFailed("dns", new InvalidOperationException("The registry is gone."));
        _states.OnRejected("consul", "endpoints:0: the entry is null.");
        _states.OnApplied("dns", 0);
        _states.OnCompleted("dns");
        _states.OnCompleted("file");

        Assert.Equal(
            "source 'dns' reported an empty list; source 'consul' sent an update that was refused: endpoints:0: the entry is null; "
            + "source 'file' completed without an update",
            _states.Describe());
        Assert.Null(_states.Failure);
    }

    [Fact]
    public void An_exception_whose_message_throws_is_named_by_its_type()
    {
        _states.OnFailed("dns", new SpeechlessException());

        Assert.Equal("source 'dns' failed: SpeechlessException; waiting for source 'consul' and 'file'", _states.Describe());
    }

    private sealed class SpeechlessException : Exception
    {
        public override string Message => throw new InvalidOperationException("There is no message.");
    }
}
