namespace LoadBalancing.Client;

/// <summary>The foreign code whose exceptions are suppressed, as in metrics and logs.</summary>
internal static class ExceptionOrigins
{
    public const string Logger = "logger";
    public const string MeterListener = "meter_listener";
    public const string ActivityListener = "activity_listener";
    public const string Observer = "observer";
    public const string CallerContext = "caller_context";
}
