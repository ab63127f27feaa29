namespace LoadBalancing.Client.Tests.Selection.Strategies;

/// <summary>The errors of the strategy LeastRequest.</summary>
public sealed class LeastRequestOptionsValidatorTests
{
    public static TheoryData<string, string> Errors => new()
    {
        { """ "LeastRequest": { "ChoiceCount": 1 } """, "LeastRequest:ChoiceCount: 1 is not allowed; it must be 2 to 16. To compare all endpoints, choose " +
            "the strategy LeastConnections." },
        { """ "LeastRequest": { "ChoiceCount": 17 } """, "LeastRequest:ChoiceCount: 17 is not allowed; it must be 2 to 16. To compare all endpoints, " +
            "choose the strategy LeastConnections." },
        { """ "LeastRequest": { "ActiveRequestBias": -0.5 } """, "LeastRequest:ActiveRequestBias: -0.5 is not allowed; it must be a finite number, 0 " +
            "or more." },
        { """ "LeastRequest": { "ActiveRequestBias": "NaN" } """, "LeastRequest:ActiveRequestBias: NaN is not allowed; it must be a finite number, 0 " +
            "or more." },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void One_error_one_message(string json, string error) => ReportedErrors.AreExactlyInJson(json, error);
}
