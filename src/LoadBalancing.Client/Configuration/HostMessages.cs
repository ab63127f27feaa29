namespace LoadBalancing.Client;

/// <summary>The error messages for clients whose requests cannot be recognized.</summary>
internal static class HostMessages
{
    public static string ClientNameIsNotHost(string name) =>
        $"the client's name '{name}' is not a host name, so its requests cannot be recognized by it; set Hosts to the hosts to balance, like " +
            $"[\"catalog\"], or to [\"*\"] for all.";
}
