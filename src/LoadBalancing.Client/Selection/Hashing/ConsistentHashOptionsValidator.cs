namespace LoadBalancing.Client;

/// <summary>Validates options of the strategies that hash.</summary>
internal static class ConsistentHashOptionsValidator
{
    private const int LargestRing = 8 * 1024 * 1024;

    public static void Validate(ConsistentHashOptions options, ValidationErrors errors)
    {
        errors.CheckEnum("ConsistentHash:OnUnavailableOwner", options.OnUnavailableOwner);
        if (options.HashBalanceFactor is < 100)
        {
            errors.Add("ConsistentHash:HashBalanceFactor", $"{options.HashBalanceFactor} is not allowed; "
                + $"it must be a percentage of the even share, 100 or more, like 125.");
        }

        if (options.MaxRingSize is < 1 or > LargestRing)
        {
            errors.Add("ConsistentHash:MaxRingSize", $"{options.MaxRingSize} is not allowed; it must be 1 to {LargestRing}.");
        }

        if (options.MinRingSize < 1 || options.MinRingSize > options.MaxRingSize)
        {
            errors.Add("ConsistentHash:MinRingSize", $"{options.MinRingSize} is not allowed; it must be 1 to MaxRingSize, which is {options.MaxRingSize}.");
        }

        if (!MaglevStrategy.IsTableSize(options.TableSize))
        {
            errors.Add("ConsistentHash:TableSize", $"{options.TableSize} is not allowed; "
                + $"it must be a prime number up to {MaglevStrategy.MaxTableSize}, like 65537.");
        }
    }
}
