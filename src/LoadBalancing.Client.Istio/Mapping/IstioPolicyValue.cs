namespace LoadBalancing.Client;

/// <summary>One option that policy documents set for a service. Immutable.</summary>
/// <param name="Key">The configuration key, relative to the section of the service, for example <c>OutlierDetection:Interval</c>.</param>
/// <param name="Value">The value, as in configuration.</param>
/// <param name="Source">The origin: file, line and column, or the name of the default.</param>
public sealed record IstioPolicyValue(string Key, string Value, string Source);
