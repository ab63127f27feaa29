namespace LoadBalancing.Client.Tests.Selection.Hashing;

/// <summary>The errors of the strategies that hash.</summary>
public sealed class ConsistentHashOptionsValidatorTests
{
    public static TheoryData<string, string> Errors => new()
    {
        { """ "ConsistentHash": { "TableSize": 65536 } """, "ConsistentHash:TableSize: 65536 is not allowed; it must be a prime number up to 5000011, " +
            "like 65537." },
        { """ "ConsistentHash": { "TableSize": 5000077 } """, "ConsistentHash:TableSize: 5000077 is not allowed; it must be a prime number up to 5000011, " +
            "like 65537." },
        { """ "ConsistentHash": { "HashBalanceFactor": 99 } """, "ConsistentHash:HashBalanceFactor: 99 is not allowed; it must be a percentage of the even " +
            "share, 100 or more, like 125." },
        { """ "ConsistentHash": { "MaxRingSize": 8388609 } """, "ConsistentHash:MaxRingSize: 8388609 is not allowed; it must be 1 to 8388608." },
        { """ "ConsistentHash": { "MinRingSize": 2000, "MaxRingSize": 1000 } """, "ConsistentHash:MinRingSize: 2000 is not allowed; it must be 1 to " +
            "MaxRingSize, which is 1000." },
        { """ "ConsistentHash": { "OnUnavailableOwner": "Walk" } """, "ConsistentHash:OnUnavailableOwner: 'Walk' cannot be read; expected one of Skip, " +
            "Rebuild." },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void One_error_one_message(string json, string error) => ReportedErrors.AreExactlyInJson(json, error);
}
