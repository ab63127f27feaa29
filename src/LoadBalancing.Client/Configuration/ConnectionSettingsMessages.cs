namespace LoadBalancing.Client;

/// <summary>The error messages for connection settings that cannot apply.</summary>
internal static class ConnectionSettingsMessages
{
    public const string SubsetHasNoConnections =
        "a subset cannot have its own value: its connections are those of the client. Set it in the ConnectionPool of the service.";

    public static string CustomPrimaryHandler(string client, string handler) =>
        $"it is set, and client '{client}' has a primary handler of its own ({handler}), which alone controls its connections; set it there, or keep the " +
            $"handler of AddLoadBalancedHttpClient.";

    public static string NoManagedClient(string service) =>
        $"it is set, and there is no client '{service}' registered with AddLoadBalancedHttpClient whose connections it could apply to; register the client " +
            $"that way, or configure its primary handler directly.";
}
