namespace LoadBalancing.Client;

/// <summary>The ids of all log events. They are stable: an id is never reused for another event.</summary>
internal static class LogEvents
{
    public const int EndpointEjected = 1;
    public const int EndpointRestored = 2;
    public const int EjectionRefused = 3;
    public const int EjectionNotEnforced = 4;
    public const int HealthCheckFailed = 5;
    public const int HealthCheckPassed = 6;
    public const int EndpointsChanged = 10;
    public const int EmptyUpdateKept = 11;
    public const int UpdateRejected = 12;
    public const int SourceFailed = 13;
    public const int ObserverFailed = 14;
    public const int SubsetEmpty = 15;
    public const int LeaseUnreported = 16;
    public const int OptionsReloaded = 20;
    public const int ReloadRejected = 21;
    public const int StartupWarning = 22;
    public const int HostPassedThrough = 30;
    public const int ServiceDiscoveryRemoved = 31;
    public const int ResilienceHandlerKept = 32;
    public const int RedirectsBelow = 33;
    public const int CookiesBelow = 34;
    public const int ClientTimeoutShorter = 35;
    public const int ServiceDiscoveryBelow = 36;
    public const int HostNotConfigured = 37;
    public const int PlainTextBehindTls = 38;
    public const int OwnConnectCallback = 39;
    public const int AttemptFailed = 40;
    public const int TimerFiredLate = 41;
    public const int LeaseReclaimed = 42;
    public const int RetrySuppressed = 43;
    public const int ProbesConnectDifferently = 48;
    public const int EndpointPicked = 50;
    public const int SchemePassedThrough = 55;
    public const int ExceptionSuppressed = 60;
    public const int BackgroundFailed = 61;
}
