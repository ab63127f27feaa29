namespace LoadBalancing.Client;

/// <summary>Where requests go while too few endpoints are in service.</summary>
public enum PanicTraffic
{
    /// <summary>To all endpoints, in service or not: the few would drown, and when nearly all fail it is rarely for the endpoints' sake.</summary>
    All = 0,

    /// <summary>Nowhere: each fails at once with a <see cref="NoEndpointAvailableException"/>.</summary>
    Fail,

    /// <summary>To those in service, however few. With none, to the one whose ejection ends first.</summary>
    LastStanding,
}
