namespace LoadBalancing.Client;

/// <summary>One value of a plan, under its key in the configuration of a service.</summary>
/// <param name="Key">Like <c>OutlierDetection:Interval</c>.</param>
/// <param name="Value">A text, a number or a flag, as it stands in JSON.</param>
/// <param name="Source">Where it comes from: a place in a file, or whose default it is.</param>
internal readonly record struct PolicyEntry(string Key, object Value, string Source);
