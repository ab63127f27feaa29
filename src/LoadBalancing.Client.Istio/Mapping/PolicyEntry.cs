namespace LoadBalancing.Client;

/// <summary>One value, with its configuration key relative to the section of the service.</summary>
/// <param name="Key">For example <c>OutlierDetection:Interval</c>.</param>
/// <param name="Value">A string, a number or a boolean, as in JSON.</param>
/// <param name="Source">The origin: a location in a file, or the name of the default.</param>
internal readonly record struct PolicyEntry(string Key, object Value, string Source);
