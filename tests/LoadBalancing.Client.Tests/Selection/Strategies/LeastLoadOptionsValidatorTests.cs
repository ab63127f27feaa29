namespace LoadBalancing.Client.Tests.Selection.Strategies;

/// <summary>The errors of the strategy LeastLoad.</summary>
public sealed class LeastLoadOptionsValidatorTests
{
    public static TheoryData<string, string> Errors => new()
    {
        { """ "LeastLoad": { "DecayTime": "0s" } """, "LeastLoad:DecayTime: 00:00:00 is not allowed; it must be longer than zero." },
        { """ "LeastLoad": { "FailurePenalty": "1m" } """, "LeastLoad:MaxFailurePenalty: 00:00:30 is shorter than FailurePenalty, which is 00:01:00; raise " +
            "one or lower the other." },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void One_error_one_message(string json, string error) => ReportedErrors.AreExactlyInJson(json, error);
}
