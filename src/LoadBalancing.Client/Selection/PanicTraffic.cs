namespace LoadBalancing.Client;

/// <summary>Where requests go while too few endpoints are available.</summary>
public enum PanicTraffic
{
    /// <summary>To all endpoints, available or not: the few would be overloaded, and when nearly all fail, the cause is rarely the endpoints.</summary>
    All = 0,

    /// <summary>Nowhere: each request fails immediately with a <see cref="NoEndpointAvailableException"/>.</summary>
    Fail,

    /// <summary>To the available ones, however few. Without any, to the one whose ejection ends first.</summary>
    LastStanding,
}
