using Microsoft.Extensions.Configuration;

namespace LoadBalancing.Client;

/// <summary>Reads the options of a service from a configuration section.</summary>
internal static class ConfigurationReader
{
    private const string HashPoliciesExpected = "expected a list like [{ \"Header\": \"X-User\" }], of sections";

    internal static readonly OptionsSchema<EndpointDescription> Endpoint = new OptionsSchema<EndpointDescription>()
        .Text(nameof(EndpointDescription.Address), static (o, v) => o.Address = v)
        .Number(nameof(EndpointDescription.Weight), static (o, v) => o.Weight = v)
        .Text(nameof(EndpointDescription.Hostname), static (o, v) => o.Hostname = v)
        .Text(nameof(EndpointDescription.HashKey), static (o, v) => o.HashKey = v)
        .Boolean(nameof(EndpointDescription.Draining), static (o, v) => o.Draining = v)
        .TextMap(nameof(EndpointDescription.Labels), "{ \"version\": \"v2\" }", static o => o.Labels)
        .Integer(nameof(EndpointDescription.Priority), static (o, v) => o.Priority = v)
        .Text(nameof(EndpointDescription.Locality), static (o, v) => o.Locality = v);

    internal static readonly OptionsSchema<SuccessRateOutlierOptions> SuccessRate = new OptionsSchema<SuccessRateOutlierOptions>()
        .Integer(nameof(SuccessRateOutlierOptions.MinHosts), static (o, v) => o.MinHosts = v)
        .Integer(nameof(SuccessRateOutlierOptions.RequestVolume), static (o, v) => o.RequestVolume = v)
        .Number(nameof(SuccessRateOutlierOptions.StdevFactor), static (o, v) => o.StdevFactor = v)
        .Number(nameof(SuccessRateOutlierOptions.EnforcementPercent), static (o, v) => o.EnforcementPercent = v)
        .Number(nameof(SuccessRateOutlierOptions.LocalOriginEnforcementPercent), static (o, v) => o.LocalOriginEnforcementPercent = v);

    internal static readonly OptionsSchema<FailurePercentageOutlierOptions> FailurePercentage = new OptionsSchema<FailurePercentageOutlierOptions>()
        .Number(nameof(FailurePercentageOutlierOptions.ThresholdPercent), static (o, v) => o.ThresholdPercent = v)
        .Integer(nameof(FailurePercentageOutlierOptions.MinHosts), static (o, v) => o.MinHosts = v)
        .Integer(nameof(FailurePercentageOutlierOptions.RequestVolume), static (o, v) => o.RequestVolume = v)
        .Number(nameof(FailurePercentageOutlierOptions.EnforcementPercent), static (o, v) => o.EnforcementPercent = v)
        .Number(nameof(FailurePercentageOutlierOptions.LocalOriginEnforcementPercent), static (o, v) => o.LocalOriginEnforcementPercent = v);

    internal static readonly OptionsSchema<WindowedSuccessRateOutlierOptions> WindowedSuccessRate = new OptionsSchema<WindowedSuccessRateOutlierOptions>()
        .Duration(nameof(WindowedSuccessRateOutlierOptions.Window), static (o, v) => o.Window = v)
        .Number(nameof(WindowedSuccessRateOutlierOptions.ThresholdPercent), static (o, v) => o.ThresholdPercent = v)
        .Integer(nameof(WindowedSuccessRateOutlierOptions.RequestVolume), static (o, v) => o.RequestVolume = v)
        .Number(nameof(WindowedSuccessRateOutlierOptions.EnforcementPercent), static (o, v) => o.EnforcementPercent = v);

    internal static readonly OptionsSchema<OutlierDetectionOptions> OutlierDetection = new OptionsSchema<OutlierDetectionOptions>()
        .Integer(nameof(OutlierDetectionOptions.ConsecutiveErrors), static (o, v) => o.ConsecutiveErrors = v)
        .Duration(nameof(OutlierDetectionOptions.Interval), static (o, v) => o.Interval = v)
        .Duration(nameof(OutlierDetectionOptions.BaseEjectionTime), static (o, v) => o.BaseEjectionTime = v)
        .Duration(nameof(OutlierDetectionOptions.MaxEjectionTime), static (o, v) => o.MaxEjectionTime = v)
        .Duration(nameof(OutlierDetectionOptions.MaxEjectionTimeJitter), static (o, v) => o.MaxEjectionTimeJitter = v)
        .Number(nameof(OutlierDetectionOptions.MaxEjectionPercent), static (o, v) => o.MaxEjectionPercent = v)
        .Integer(nameof(OutlierDetectionOptions.ConsecutiveGatewayErrors), static (o, v) => o.ConsecutiveGatewayErrors = v)
        .Boolean(nameof(OutlierDetectionOptions.SplitExternalLocalOriginErrors), static (o, v) => o.SplitExternalLocalOriginErrors = v)
        .Integer(nameof(OutlierDetectionOptions.ConsecutiveLocalOriginFailures), static (o, v) => o.ConsecutiveLocalOriginFailures = v)
        .OptionalSection(nameof(OutlierDetectionOptions.SuccessRate), SuccessRate, static o => o.SuccessRate, static (o, v) => o.SuccessRate = v)
        .OptionalSection(
            nameof(OutlierDetectionOptions.FailurePercentage),
            FailurePercentage,
            static o => o.FailurePercentage,
            static (o, v) => o.FailurePercentage = v)
        .OptionalSection(
            nameof(OutlierDetectionOptions.WindowedSuccessRate),
            WindowedSuccessRate,
            static o => o.WindowedSuccessRate,
            static (o, v) => o.WindowedSuccessRate = v)
        .Statuses(nameof(OutlierDetectionOptions.ErrorStatuses), static (o, v) => o.ErrorStatuses = v)
        .Texts(nameof(OutlierDetectionOptions.ErrorExceptions), "[\"connect\", \"reset\"]", static (o, v) => o.ErrorExceptions = v)
        .Number(nameof(OutlierDetectionOptions.ConsecutiveErrorsEnforcementPercent), static (o, v) => o.ConsecutiveErrorsEnforcementPercent = v)
        .Number(nameof(OutlierDetectionOptions.ConsecutiveGatewayErrorsEnforcementPercent), static (o, v) => o.ConsecutiveGatewayErrorsEnforcementPercent = v)
        .Number(
            nameof(OutlierDetectionOptions.ConsecutiveLocalOriginFailuresEnforcementPercent),
            static (o, v) => o.ConsecutiveLocalOriginFailuresEnforcementPercent = v)
        .Choice<EjectionRestorePolicy>(nameof(OutlierDetectionOptions.RestorePolicy), static (o, v) => o.RestorePolicy = v);

    internal static readonly OptionsSchema<HashCookieOptions> HashCookie = new OptionsSchema<HashCookieOptions>()
        .Text(nameof(HashCookieOptions.Name), static (o, v) => o.Name = v)
        .Duration(nameof(HashCookieOptions.Ttl), static (o, v) => o.Ttl = v)
        .Text(nameof(HashCookieOptions.Path), static (o, v) => o.Path = v);

    internal static readonly OptionsSchema<HashPolicyOptions> HashPolicy = new OptionsSchema<HashPolicyOptions>()
        .Text(nameof(HashPolicyOptions.Header), static (o, v) => o.Header = v)
        .Section(nameof(HashPolicyOptions.Cookie), HashCookie, static o => o.Cookie ??= new HashCookieOptions())
        .Text(nameof(HashPolicyOptions.QueryParameter), static (o, v) => o.QueryParameter = v)
        .Boolean(nameof(HashPolicyOptions.CallerAddress), static (o, v) => o.CallerAddress = v)
        .Boolean(nameof(HashPolicyOptions.Terminal), static (o, v) => o.Terminal = v);

    internal static readonly OptionsSchema<SessionAffinityOptions> SessionAffinity = new OptionsSchema<SessionAffinityOptions>()
        .Text(nameof(SessionAffinityOptions.CookieName), static (o, v) => o.CookieName = v)
        .Texts(nameof(SessionAffinityOptions.Keys), "[\"<32 bytes in Base64>\"]", static (o, v) => o.Keys = v)
        .Duration(nameof(SessionAffinityOptions.Ttl), static (o, v) => o.Ttl = v)
        .Text(nameof(SessionAffinityOptions.Path), static (o, v) => o.Path = v);

    internal static readonly OptionsSchema<LeastRequestOptions> LeastRequest = new OptionsSchema<LeastRequestOptions>()
        .Integer(nameof(LeastRequestOptions.ChoiceCount), static (o, v) => o.ChoiceCount = v)
        .Number(nameof(LeastRequestOptions.ActiveRequestBias), static (o, v) => o.ActiveRequestBias = v);

    internal static readonly OptionsSchema<LeastLoadOptions> LeastLoad = new OptionsSchema<LeastLoadOptions>()
        .Duration(nameof(LeastLoadOptions.DecayTime), static (o, v) => o.DecayTime = v)
        .Duration(nameof(LeastLoadOptions.FailurePenalty), static (o, v) => o.FailurePenalty = v)
        .Duration(nameof(LeastLoadOptions.MaxFailurePenalty), static (o, v) => o.MaxFailurePenalty = v);

    internal static readonly OptionsSchema<ConsistentHashOptions> ConsistentHash = new OptionsSchema<ConsistentHashOptions>()
        .Choice<UnavailableOwnerBehavior>(nameof(ConsistentHashOptions.OnUnavailableOwner), static (o, v) => o.OnUnavailableOwner = v)
        .Integer(nameof(ConsistentHashOptions.HashBalanceFactor), static (o, v) => o.HashBalanceFactor = v)
        .Boolean(nameof(ConsistentHashOptions.UseHostnameForHashing), static (o, v) => o.UseHostnameForHashing = v)
        .Integer(nameof(ConsistentHashOptions.MinRingSize), static (o, v) => o.MinRingSize = v)
        .Integer(nameof(ConsistentHashOptions.MaxRingSize), static (o, v) => o.MaxRingSize = v)
        .Integer(nameof(ConsistentHashOptions.TableSize), static (o, v) => o.TableSize = v);

    internal static readonly OptionsSchema<LocalityFailoverOptions> LocalityFailover = new OptionsSchema<LocalityFailoverOptions>()
        .Text(nameof(LocalityFailoverOptions.From), static (o, v) => o.From = v)
        .Text(nameof(LocalityFailoverOptions.To), static (o, v) => o.To = v);

    internal static readonly OptionsSchema<LocalityDistributeOptions> LocalityDistribute = new OptionsSchema<LocalityDistributeOptions>()
        .Text(nameof(LocalityDistributeOptions.From), static (o, v) => o.From = v)
        .NumberMap(nameof(LocalityDistributeOptions.To), "{ \"eu-west/zone-1\": 80, \"eu-west/zone-2\": 20 }", static o => o.To);

    internal static readonly OptionsSchema<ZoneAwareOptions> ZoneAware = new OptionsSchema<ZoneAwareOptions>()
        .NumberMap(nameof(ZoneAwareOptions.Callers), "{ \"eu-west/zone-1\": 10, \"eu-west/zone-2\": 5 }", static o => o.Callers)
        .Integer(nameof(ZoneAwareOptions.MinClusterSize), static (o, v) => o.MinClusterSize = v)
        .Number(nameof(ZoneAwareOptions.RoutingPercent), static (o, v) => o.RoutingPercent = v)
        .Integer(nameof(ZoneAwareOptions.ForceLocalZoneMinSize), static (o, v) => o.ForceLocalZoneMinSize = v);

    internal static readonly OptionsSchema<LocalityOptions> Locality = new OptionsSchema<LocalityOptions>()
        .Text(nameof(LocalityOptions.Self), static (o, v) => o.Self = v)
        .Choice<LocalityMode>(nameof(LocalityOptions.Mode), static (o, v) => o.Mode = v)
        .TextMap(nameof(LocalityOptions.Labels), "{ \"version\": \"v2\" }", static o => o.Labels)
        .Sections(nameof(LocalityOptions.Failover), LocalityFailover, static (o, v) => o.Failover = v)
        .Texts(nameof(LocalityOptions.FailoverPriority), "[\"topology.kubernetes.io/region\"]", static (o, v) => o.FailoverPriority = v)
        .Sections(nameof(LocalityOptions.Distribute), LocalityDistribute, static (o, v) => o.Distribute = v)
        .NumberMap(nameof(LocalityOptions.Weights), "{ \"eu-west/zone-1\": 2 }", static o => o.Weights)
        .Section(nameof(LocalityOptions.ZoneAware), ZoneAware, static o => o.ZoneAware);

    internal static readonly OptionsSchema<SlowStartOptions> SlowStart = new OptionsSchema<SlowStartOptions>()
        .Duration(nameof(SlowStartOptions.Window), static (o, v) => o.Window = v)
        .Number(nameof(SlowStartOptions.Aggression), static (o, v) => o.Aggression = v)
        .Number(nameof(SlowStartOptions.MinWeightPercent), static (o, v) => o.MinWeightPercent = v);

    internal static readonly OptionsSchema<SubsettingOptions> Subsetting = new OptionsSchema<SubsettingOptions>()
        .Integer(nameof(SubsettingOptions.Size), static (o, v) => o.Size = v)
        .Text(nameof(SubsettingOptions.ClientId), static (o, v) => o.ClientId = v);

    internal static readonly OptionsSchema<PanicOptions> Panic = new OptionsSchema<PanicOptions>()
        .Number(nameof(PanicOptions.ThresholdPercent), static (o, v) => o.ThresholdPercent = v)
        .Choice<PanicTraffic>(nameof(PanicOptions.Traffic), static (o, v) => o.Traffic = v);

    internal static readonly OptionsSchema<ActiveHealthCheckOptions> HealthCheck = new OptionsSchema<ActiveHealthCheckOptions>()
        .Choice<HealthCheckKind>(nameof(ActiveHealthCheckOptions.Kind), static (o, v) => o.Kind = v)
        .Text(nameof(ActiveHealthCheckOptions.Path), static (o, v) => o.Path = v)
        .Text(nameof(ActiveHealthCheckOptions.Method), static (o, v) => o.Method = v)
        .Text(nameof(ActiveHealthCheckOptions.Host), static (o, v) => o.Host = v)
        .Version(nameof(ActiveHealthCheckOptions.Version), static (o, v) => o.Version = v)
        .TextMap(nameof(ActiveHealthCheckOptions.Headers), "{ \"x-probe\": \"1\" }", static o => o.Headers)
        .Statuses(nameof(ActiveHealthCheckOptions.ExpectedStatuses), static (o, v) => o.ExpectedStatuses = v)
        .Statuses(nameof(ActiveHealthCheckOptions.RetriableStatuses), static (o, v) => o.RetriableStatuses = v)
        .Text(nameof(ActiveHealthCheckOptions.Send), static (o, v) => o.Send = v)
        .Text(nameof(ActiveHealthCheckOptions.Expect), static (o, v) => o.Expect = v)
        .Text(nameof(ActiveHealthCheckOptions.GrpcService), static (o, v) => o.GrpcService = v)
        .Text(nameof(ActiveHealthCheckOptions.Probe), static (o, v) => o.Probe = v)
        .Duration(nameof(ActiveHealthCheckOptions.Timeout), static (o, v) => o.Timeout = v)
        .Duration(nameof(ActiveHealthCheckOptions.Interval), static (o, v) => o.Interval = v)
        .Duration(nameof(ActiveHealthCheckOptions.UnhealthyInterval), static (o, v) => o.UnhealthyInterval = v)
        .Duration(nameof(ActiveHealthCheckOptions.UnhealthyEdgeInterval), static (o, v) => o.UnhealthyEdgeInterval = v)
        .Duration(nameof(ActiveHealthCheckOptions.HealthyEdgeInterval), static (o, v) => o.HealthyEdgeInterval = v)
        .Duration(nameof(ActiveHealthCheckOptions.NoTrafficInterval), static (o, v) => o.NoTrafficInterval = v)
        .Duration(nameof(ActiveHealthCheckOptions.StopAfterIdle), static (o, v) => o.StopAfterIdle = v)
        .Number(nameof(ActiveHealthCheckOptions.IntervalJitterPercent), static (o, v) => o.IntervalJitterPercent = v)
        .Integer(nameof(ActiveHealthCheckOptions.UnhealthyThreshold), static (o, v) => o.UnhealthyThreshold = v)
        .Integer(nameof(ActiveHealthCheckOptions.HealthyThreshold), static (o, v) => o.HealthyThreshold = v)
        .Boolean(nameof(ActiveHealthCheckOptions.StartUnhealthy), static (o, v) => o.StartUnhealthy = v)
        .Boolean(nameof(ActiveHealthCheckOptions.RestoreOnPass), static (o, v) => o.RestoreOnPass = v);

    internal static readonly OptionsSchema<HeaderMatchOptions> HeaderMatch = new OptionsSchema<HeaderMatchOptions>()
        .Text(nameof(HeaderMatchOptions.Name), static (o, v) => o.Name = v)
        .Text(nameof(HeaderMatchOptions.Exact), static (o, v) => o.Exact = v)
        .Text(nameof(HeaderMatchOptions.Prefix), static (o, v) => o.Prefix = v)
        .Text(nameof(HeaderMatchOptions.Regex), static (o, v) => o.Regex = v)
        .Boolean(nameof(HeaderMatchOptions.Present), static (o, v) => o.Present = v)
        .Boolean(nameof(HeaderMatchOptions.Invert), static (o, v) => o.Invert = v);

    internal static readonly OptionsSchema<RetryOptions> Retry = new OptionsSchema<RetryOptions>()
        .Integer(nameof(RetryOptions.MaxRetries), static (o, v) => o.MaxRetries = v)
        .Duration(nameof(RetryOptions.PerTryTimeout), static (o, v) => o.PerTryTimeout = v)
        .Texts(nameof(RetryOptions.RetryOn), "[\"5xx\", \"connect-failure\"]", static (o, v) => o.RetryOn = v)
        .Statuses(nameof(RetryOptions.RetriableStatuses), static (o, v) => o.RetriableStatuses = v)
        .Sections(nameof(RetryOptions.RetriableHeaders), HeaderMatch, static (o, v) => o.RetriableHeaders = v)
        .Boolean(nameof(RetryOptions.RetryAllMethods), static (o, v) => o.RetryAllMethods = v)
        .Integer(nameof(RetryOptions.MaxBufferedBodySize), static (o, v) => o.MaxBufferedBodySize = v)
        .Duration(nameof(RetryOptions.BaseBackoff), static (o, v) => o.BaseBackoff = v)
        .Duration(nameof(RetryOptions.MaxBackoff), static (o, v) => o.MaxBackoff = v);

    internal static readonly OptionsSchema<RetryBudgetOptions> Budget = new OptionsSchema<RetryBudgetOptions>()
        .Boolean(nameof(RetryBudgetOptions.Enabled), static (o, v) => o.Enabled = v)
        .Number(nameof(RetryBudgetOptions.Percent), static (o, v) => o.Percent = v)
        .Number(nameof(RetryBudgetOptions.MinRetriesPerSecond), static (o, v) => o.MinRetriesPerSecond = v)
        .Integer(nameof(RetryBudgetOptions.MinConcurrentRetries), static (o, v) => o.MinConcurrentRetries = v);

    internal static readonly OptionsSchema<KeepAliveOptions> KeepAlive = new OptionsSchema<KeepAliveOptions>()
        .Duration(nameof(KeepAliveOptions.TcpTime), static (o, v) => o.TcpTime = v)
        .Duration(nameof(KeepAliveOptions.TcpInterval), static (o, v) => o.TcpInterval = v)
        .Integer(nameof(KeepAliveOptions.TcpRetryCount), static (o, v) => o.TcpRetryCount = v)
        .Duration(nameof(KeepAliveOptions.Http2PingDelay), static (o, v) => o.Http2PingDelay = v)
        .Duration(nameof(KeepAliveOptions.Http2PingTimeout), static (o, v) => o.Http2PingTimeout = v);

    internal static readonly OptionsSchema<AdaptiveLimitOptions> AdaptiveLimit = new OptionsSchema<AdaptiveLimitOptions>()
        .Integer(nameof(AdaptiveLimitOptions.InitialLimit), static (o, v) => o.InitialLimit = v)
        .Integer(nameof(AdaptiveLimitOptions.MinLimit), static (o, v) => o.MinLimit = v)
        .Integer(nameof(AdaptiveLimitOptions.MaxLimit), static (o, v) => o.MaxLimit = v)
        .Number(nameof(AdaptiveLimitOptions.Tolerance), static (o, v) => o.Tolerance = v)
        .Integer(nameof(AdaptiveLimitOptions.QueueSize), static (o, v) => o.QueueSize = v)
        .Number(nameof(AdaptiveLimitOptions.Smoothing), static (o, v) => o.Smoothing = v)
        .Integer(nameof(AdaptiveLimitOptions.LongWindow), static (o, v) => o.LongWindow = v);

    internal static readonly OptionsSchema<ConnectionPoolOptions> ConnectionPool = new OptionsSchema<ConnectionPoolOptions>()
        .Integer(nameof(ConnectionPoolOptions.MaxRequests), static (o, v) => o.MaxRequests = v)
        .Integer(nameof(ConnectionPoolOptions.MaxPendingRequests), static (o, v) => o.MaxPendingRequests = v)
        .Duration(nameof(ConnectionPoolOptions.PendingTimeout), static (o, v) => o.PendingTimeout = v)
        .Integer(nameof(ConnectionPoolOptions.MaxConcurrentRetries), static (o, v) => o.MaxConcurrentRetries = v)
        .Integer(nameof(ConnectionPoolOptions.MaxRequestsPerEndpoint), static (o, v) => o.MaxRequestsPerEndpoint = v)
        .Section(nameof(ConnectionPoolOptions.AdaptiveLimit), AdaptiveLimit, static o => o.AdaptiveLimit ??= new AdaptiveLimitOptions())
        .Integer(nameof(ConnectionPoolOptions.MaxConnections), static (o, v) => o.MaxConnections = v)
        .Duration(nameof(ConnectionPoolOptions.ConnectTimeout), static (o, v) => o.ConnectTimeout = v)
        .Duration(nameof(ConnectionPoolOptions.IdleTimeout), static (o, v) => o.IdleTimeout = v)
        .Integer(nameof(ConnectionPoolOptions.MaxRequestsPerConnection), static (o, v) => o.MaxRequestsPerConnection = v)
        .Section(nameof(ConnectionPoolOptions.KeepAlive), KeepAlive, static o => o.KeepAlive);

    internal static readonly OptionsSchema<FaultDelayOptions> FaultDelay = new OptionsSchema<FaultDelayOptions>()
        .Duration(nameof(FaultDelayOptions.FixedDelay), static (o, v) => o.FixedDelay = v)
        .Number(nameof(FaultDelayOptions.Percent), static (o, v) => o.Percent = v);

    internal static readonly OptionsSchema<FaultAbortOptions> FaultAbort = new OptionsSchema<FaultAbortOptions>()
        .Integer(nameof(FaultAbortOptions.Status), static (o, v) => o.Status = v)
        .Number(nameof(FaultAbortOptions.Percent), static (o, v) => o.Percent = v);

    internal static readonly OptionsSchema<FaultOptions> Fault = new OptionsSchema<FaultOptions>()
        .Section(nameof(FaultOptions.Delay), FaultDelay, static o => o.Delay ??= new FaultDelayOptions())
        .Section(nameof(FaultOptions.Abort), FaultAbort, static o => o.Abort ??= new FaultAbortOptions())
        .Choice<FaultScope>(nameof(FaultOptions.Scope), static (o, v) => o.Scope = v);

    internal static readonly OptionsSchema<QueryMatchOptions> QueryMatch = new OptionsSchema<QueryMatchOptions>()
        .Text(nameof(QueryMatchOptions.Name), static (o, v) => o.Name = v)
        .Text(nameof(QueryMatchOptions.Exact), static (o, v) => o.Exact = v)
        .Text(nameof(QueryMatchOptions.Prefix), static (o, v) => o.Prefix = v)
        .Text(nameof(QueryMatchOptions.Regex), static (o, v) => o.Regex = v)
        .Boolean(nameof(QueryMatchOptions.Present), static (o, v) => o.Present = v);

    internal static readonly OptionsSchema<TextMatchOptions> TextMatch = new OptionsSchema<TextMatchOptions>()
        .Text(nameof(TextMatchOptions.Exact), static (o, v) => o.Exact = v)
        .Text(nameof(TextMatchOptions.Prefix), static (o, v) => o.Prefix = v)
        .Text(nameof(TextMatchOptions.Regex), static (o, v) => o.Regex = v);

    internal static readonly OptionsSchema<RouteMatchOptions> RouteMatch = new OptionsSchema<RouteMatchOptions>()
        .Text(nameof(RouteMatchOptions.Path), static (o, v) => o.Path = v)
        .Text(nameof(RouteMatchOptions.PathPrefix), static (o, v) => o.PathPrefix = v)
        .Text(nameof(RouteMatchOptions.PathRegex), static (o, v) => o.PathRegex = v)
        .Boolean(nameof(RouteMatchOptions.IgnoreCase), static (o, v) => o.IgnoreCase = v)
        .Texts(nameof(RouteMatchOptions.Methods), "[\"GET\"]", static (o, v) => o.Methods = v)
        .Section(nameof(RouteMatchOptions.MethodMatch), TextMatch, static o => o.MethodMatch ??= new TextMatchOptions())
        .Texts(nameof(RouteMatchOptions.Hosts), "[\"catalog\"]", static (o, v) => o.Hosts = v)
        .Section(nameof(RouteMatchOptions.Authority), TextMatch, static o => o.Authority ??= new TextMatchOptions())
        .Integers(nameof(RouteMatchOptions.Ports), "[8080]", static (o, v) => o.Ports = v)
        .Text(nameof(RouteMatchOptions.Scheme), static (o, v) => o.Scheme = v)
        .Section(nameof(RouteMatchOptions.SchemeMatch), TextMatch, static o => o.SchemeMatch ??= new TextMatchOptions())
        .Sections(nameof(RouteMatchOptions.Headers), HeaderMatch, static (o, v) => o.Headers = v)
        .Sections(nameof(RouteMatchOptions.Query), QueryMatch, static (o, v) => o.Query = v);

    internal static readonly OptionsSchema<HeaderTransformOptions> HeaderChange = new OptionsSchema<HeaderTransformOptions>()
        .TextMap(nameof(HeaderTransformOptions.Set), "{ \"x-version\": \"2\" }", static o => o.Set)
        .TextMap(nameof(HeaderTransformOptions.Add), "{ \"x-version\": \"2\" }", static o => o.Add)
        .Texts(nameof(HeaderTransformOptions.Remove), "[\"x-debug\"]", static (o, v) => o.Remove = v);

    internal static readonly OptionsSchema<RouteDestinationOptions> Destination = new OptionsSchema<RouteDestinationOptions>()
        .Text(nameof(RouteDestinationOptions.Service), static (o, v) => o.Service = v)
        .Text(nameof(RouteDestinationOptions.Subset), static (o, v) => o.Subset = v)
        .Integer(nameof(RouteDestinationOptions.Weight), static (o, v) => o.Weight = v)
        .Section(nameof(RouteDestinationOptions.RequestHeaders), HeaderChange, static o => o.RequestHeaders ??= new HeaderTransformOptions())
        .Section(nameof(RouteDestinationOptions.ResponseHeaders), HeaderChange, static o => o.ResponseHeaders ??= new HeaderTransformOptions());

    internal static readonly OptionsSchema<SubsetOptions> Subset = new OptionsSchema<SubsetOptions>()
        .TextMap(nameof(SubsetOptions.Labels), "{ \"version\": \"v2\" }", static o => o.Labels)
        .Text(nameof(SubsetOptions.Strategy), static (o, v) => o.Strategy = v)
        .List(nameof(SubsetOptions.HashPolicies), HashPoliciesExpected, HashPolicy, ReadHashPolicy, static (o, v) => o.HashPolicies = v)
        .Section(nameof(SubsetOptions.LeastRequest), LeastRequest, static o => o.LeastRequest ??= new LeastRequestOptions())
        .Section(nameof(SubsetOptions.LeastLoad), LeastLoad, static o => o.LeastLoad ??= new LeastLoadOptions())
        .Section(nameof(SubsetOptions.ConsistentHash), ConsistentHash, static o => o.ConsistentHash ??= new ConsistentHashOptions())
        .Section(nameof(SubsetOptions.OutlierDetection), OutlierDetection, static o => o.OutlierDetection ??= new OutlierDetectionOptions())
        .Section(nameof(SubsetOptions.HealthCheck), HealthCheck, static o => o.HealthCheck ??= new ActiveHealthCheckOptions())
        .Section(nameof(SubsetOptions.Panic), Panic, static o => o.Panic ??= new PanicOptions())
        .Section(nameof(SubsetOptions.Locality), Locality, static o => o.Locality ??= new LocalityOptions())
        .Section(nameof(SubsetOptions.SlowStart), SlowStart, static o => o.SlowStart ??= new SlowStartOptions())
        .Section(nameof(SubsetOptions.Subsetting), Subsetting, static o => o.Subsetting ??= new SubsettingOptions())
        .Section(nameof(SubsetOptions.RetryBudget), Budget, static o => o.RetryBudget ??= new RetryBudgetOptions())
        .Section(nameof(SubsetOptions.ConnectionPool), ConnectionPool, static o => o.ConnectionPool ??= new ConnectionPoolOptions());

    internal static readonly OptionsSchema<RouteRewriteOptions> Rewrite = new OptionsSchema<RouteRewriteOptions>()
        .Text(nameof(RouteRewriteOptions.Path), static (o, v) => o.Path = v)
        .Text(nameof(RouteRewriteOptions.Prefix), static (o, v) => o.Prefix = v)
        .Text(nameof(RouteRewriteOptions.Regex), static (o, v) => o.Regex = v)
        .TextOrEmpty(nameof(RouteRewriteOptions.Substitution), static (o, v) => o.Substitution = v)
        .Text(nameof(RouteRewriteOptions.Host), static (o, v) => o.Host = v);

    internal static readonly OptionsSchema<RouteRedirectOptions> Redirect = new OptionsSchema<RouteRedirectOptions>()
        .Text(nameof(RouteRedirectOptions.Scheme), static (o, v) => o.Scheme = v)
        .Text(nameof(RouteRedirectOptions.Host), static (o, v) => o.Host = v)
        .Integer(nameof(RouteRedirectOptions.Port), static (o, v) => o.Port = v)
        .Text(nameof(RouteRedirectOptions.Path), static (o, v) => o.Path = v)
        .Integer(nameof(RouteRedirectOptions.Status), static (o, v) => o.Status = v);

    internal static readonly OptionsSchema<DirectResponseOptions> DirectResponse = new OptionsSchema<DirectResponseOptions>()
        .Integer(nameof(DirectResponseOptions.Status), static (o, v) => o.Status = v)
        .TextOrEmpty(nameof(DirectResponseOptions.Body), static (o, v) => o.Body = v);

    internal static readonly OptionsSchema<RequestRouteOptions> Route = new OptionsSchema<RequestRouteOptions>()
        .Text(nameof(RequestRouteOptions.Name), static (o, v) => o.Name = v)
        .Sections(nameof(RequestRouteOptions.Match), RouteMatch, static (o, v) => o.Match = v)
        .Duration(nameof(RequestRouteOptions.Timeout), static (o, v) => o.Timeout = v)
        .Boolean(nameof(RequestRouteOptions.TimeoutCoversBody), static (o, v) => o.TimeoutCoversBody = v)
        .Duration(nameof(RequestRouteOptions.BodyIdleTimeout), static (o, v) => o.BodyIdleTimeout = v)
        .Section(nameof(RequestRouteOptions.Retry), Retry, static o => o.Retry ??= new RetryOptions())
        .Section(nameof(RequestRouteOptions.Fault), Fault, static o => o.Fault ??= new FaultOptions())
        .List(nameof(RequestRouteOptions.HashPolicies), HashPoliciesExpected, HashPolicy, ReadHashPolicy, static (o, v) => o.HashPolicies = v)
        .Sections(nameof(RequestRouteOptions.Destinations), Destination, static (o, v) => o.Destinations = v)
        .Section(nameof(RequestRouteOptions.Rewrite), Rewrite, static o => o.Rewrite ??= new RouteRewriteOptions())
        .Section(nameof(RequestRouteOptions.RequestHeaders), HeaderChange, static o => o.RequestHeaders ??= new HeaderTransformOptions())
        .Section(nameof(RequestRouteOptions.ResponseHeaders), HeaderChange, static o => o.ResponseHeaders ??= new HeaderTransformOptions())
        .Section(nameof(RequestRouteOptions.Redirect), Redirect, static o => o.Redirect ??= new RouteRedirectOptions())
        .Section(nameof(RequestRouteOptions.DirectResponse), DirectResponse, static o => o.DirectResponse ??= new DirectResponseOptions());

    internal static readonly OptionsSchema<LoadBalancingOptions> ServiceOptions = new OptionsSchema<LoadBalancingOptions>()
        .List(
            nameof(LoadBalancingOptions.Endpoints),
            "expected a list like [\"http://10.0.0.1:8080\"], of texts or of sections with an Address",
            Endpoint,
            ReadEndpoint,
            static (o, v) => o.Endpoints = v)
        .Texts(nameof(LoadBalancingOptions.Hosts), "[\"catalog\"]", static (o, v) => o.Hosts = v)
        .Choice<UnmatchedHostBehavior>(nameof(LoadBalancingOptions.UnmatchedHost), static (o, v) => o.UnmatchedHost = v)
        .Text(nameof(LoadBalancingOptions.Strategy), static (o, v) => o.Strategy = v)
        .List(nameof(LoadBalancingOptions.HashPolicies), HashPoliciesExpected, HashPolicy, ReadHashPolicy, static (o, v) => o.HashPolicies = v)
        .Section(nameof(LoadBalancingOptions.SessionAffinity), SessionAffinity, static o => o.SessionAffinity ??= new SessionAffinityOptions())
        .Section(nameof(LoadBalancingOptions.LeastRequest), LeastRequest, static o => o.LeastRequest)
        .Section(nameof(LoadBalancingOptions.LeastLoad), LeastLoad, static o => o.LeastLoad)
        .Section(nameof(LoadBalancingOptions.ConsistentHash), ConsistentHash, static o => o.ConsistentHash)
        .Section(nameof(LoadBalancingOptions.OutlierDetection), OutlierDetection, static o => o.OutlierDetection)
        .Section(nameof(LoadBalancingOptions.HealthCheck), HealthCheck, static o => o.HealthCheck)
        .Section(nameof(LoadBalancingOptions.Panic), Panic, static o => o.Panic)
        .Section(nameof(LoadBalancingOptions.Locality), Locality, static o => o.Locality)
        .Section(nameof(LoadBalancingOptions.SlowStart), SlowStart, static o => o.SlowStart)
        .Section(nameof(LoadBalancingOptions.Subsetting), Subsetting, static o => o.Subsetting)
        .Duration(nameof(LoadBalancingOptions.Timeout), static (o, v) => o.Timeout = v)
        .Boolean(nameof(LoadBalancingOptions.TimeoutCoversBody), static (o, v) => o.TimeoutCoversBody = v)
        .Duration(nameof(LoadBalancingOptions.BodyIdleTimeout), static (o, v) => o.BodyIdleTimeout = v)
        .Section(nameof(LoadBalancingOptions.Retry), Retry, static o => o.Retry)
        .SectionMap(nameof(LoadBalancingOptions.Subsets), Subset, static o => o.Subsets)
        .Sections(nameof(LoadBalancingOptions.Routes), Route, static (o, v) => o.Routes = v)
        .Section(nameof(LoadBalancingOptions.RetryBudget), Budget, static o => o.RetryBudget)
        .Section(nameof(LoadBalancingOptions.ConnectionPool), ConnectionPool, static o => o.ConnectionPool)
        .Section(nameof(LoadBalancingOptions.Fault), Fault, static o => o.Fault ??= new FaultOptions())
        .Choice<EmptyUpdateBehavior>(nameof(LoadBalancingOptions.EmptyUpdate), static (o, v) => o.EmptyUpdate = v)
        .Boolean(nameof(LoadBalancingOptions.FollowRedirects), static (o, v) => o.FollowRedirects = v);

    /// <summary>Applies a section to the options. Errors are added to the options; the validator reports them with all others.</summary>
    public static void Read(IConfiguration configuration, LoadBalancingOptions options)
    {
        if (configuration is IConfigurationSection section)
        {
            // A section that is null counts as absent; the platform's Exists() returns true for it since .NET 10.
            if (section.Value is null && !section.GetChildren().Any())
            {
                return;
            }

            options.ConfigurationSections.Add(section.Path);
            if (section.Value is { Length: > 0 })
            {
                options.ConfigurationErrors.Add($"{section.Path}: '{section.Value}' is a single value; expected a section with the options of a service.");
                return;
            }
        }

        ServiceOptions.Read(configuration, options, options.ConfigurationErrors);
    }

    private static HashPolicyOptions? ReadHashPolicy(IConfigurationSection item, List<string> errors)
    {
        if (item.Value is { Length: > 0 } text)
        {
            errors.Add($"{item.Path}: '{text}' is a single value; expected a section with the keys {HashPolicy.FormatKeys()}.");
            return null;
        }

        int errorsBefore = errors.Count;
        var policy = new HashPolicyOptions();
        HashPolicy.Read(item, policy, errors);
        return errors.Count == errorsBefore ? policy : null;
    }

    private static EndpointDescription? ReadEndpoint(IConfigurationSection item, List<string> errors)
    {
        if (item.Value is { Length: > 0 } address)
        {
            return new EndpointDescription(address);
        }

        int errorsBefore = errors.Count;
        var endpoint = new EndpointDescription();
        Endpoint.Read(item, endpoint, errors);

        // A partially read endpoint would cause a second error for the same mistake.
        return errors.Count == errorsBefore ? endpoint : null;
    }
}
