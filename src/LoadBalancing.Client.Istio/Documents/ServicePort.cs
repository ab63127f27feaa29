namespace LoadBalancing.Client;

/// <summary>A port of a service.</summary>
internal sealed record ServicePort(Located<int> Number, Located<string>? Protocol, Located<string> Name, Located<int>? TargetPort);
