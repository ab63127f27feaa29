namespace LoadBalancing.Client;

/// <summary>One value that policy documents give a service. Immutable.</summary>
/// <param name="Key">Its key in the configuration of the service, like <c>OutlierDetection:Interval</c>.</param>
/// <param name="Value">The value, as configuration writes it.</param>
/// <param name="Source">Where it comes from: file, line and column, or whose default it is.</param>
public sealed record IstioPolicyValue(string Key, string Value, string Source);
