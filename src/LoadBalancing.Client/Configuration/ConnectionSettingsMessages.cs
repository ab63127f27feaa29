namespace LoadBalancing.Client;

/// <summary>Why connection settings cannot be taken, said the same way by whoever finds it out.</summary>
internal static class ConnectionSettingsMessages
{
    public static string CustomPrimaryHandler(string client, string handler) =>
        $"it is set, and client '{client}' has a primary handler of its own ({handler}), which alone decides about its connections; set it there, or leave the handler that AddLoadBalancedHttpClient brings.";

    public static string NoManagedClient(string service) =>
        $"it is set, and there is no client '{service}' that AddLoadBalancedHttpClient made, whose connections it could apply to; register the client so, or settle its primary handler yourself.";
}
