namespace LoadBalancing.Client;

/// <summary>Why connection settings are refused, in the same words wherever that is found out.</summary>
internal static class ConnectionSettingsMessages
{
    public const string SubsetHasNoConnections =
        "a subset cannot have its own: connections are made by the client, alike for all. Say it in the ConnectionPool of the service.";

    public static string CustomPrimaryHandler(string client, string handler) =>
        $"it is set, and client '{client}' has a primary handler of its own ({handler}), which alone decides about its connections; set it there, or leave the handler that AddLoadBalancedHttpClient brings.";

    public static string NoManagedClient(string service) =>
        $"it is set, and there is no client '{service}' that AddLoadBalancedHttpClient made, whose connections it could apply to; register the client so, or settle its primary handler yourself.";
}
