namespace LoadBalancing.Client.Tests.ForeignCode;

/// <summary>The code of applications that the library calls.</summary>
public enum ForeignCodeKind
{
    CallerContext,
    CallerCookie,
    Observer,
    Logger,
    MeterListener,
    ActivityListener,
    Strategy,
    Picker,
    Source,
    Probe,
    FaultPredicate,
    ContentFactory,
    PrimaryHandler,
    ResponseContent,
    UserHandler,
}
