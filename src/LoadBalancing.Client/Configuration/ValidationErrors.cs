using System.Globalization;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>Collects faults below one path.</summary>
internal sealed class ValidationErrors(string root)
{
    /// <summary>Timers of the platform throw above 49 days, and <c>HttpClient.Timeout</c> above 24: a request would be the first to notice.</summary>
    private static readonly TimeSpan MaxDuration = TimeSpan.FromDays(24);

    private readonly List<string> _errors = [];

    private ValidationErrors(string root, List<string> faults)
        : this(root) => _errors = faults;

    public IReadOnlyList<string> All => _errors;

    /// <summary>The same faults, for keys below one key.</summary>
    public ValidationErrors ForSection(string key) => new(PathOf(key), _errors);

    public string PathOf(string key) => $"{root}:{key}";

    public void Add(string key, FormattableString fault) => _errors.Add($"{PathOf(key)}: {fault.ToString(CultureInfo.InvariantCulture)}");

    public void Add(string key, string fault) => _errors.Add($"{PathOf(key)}: {fault}");

    public void AddRange(IEnumerable<string> faults) => _errors.AddRange(faults);

    public void CheckAtLeast(string key, int? value, int least)
    {
        if (value < least)
        {
            Add(key, $"{value} is not allowed; it is {least} or more.");
        }
    }

    public void CheckPercent(string key, double value)
    {
        if (!(value is >= 0 and <= 100))
        {
            Add(key, $"{value} is not allowed; a percentage is 0 to 100.");
        }
    }

    public void CheckPositiveDuration(string key, TimeSpan value)
    {
        if (value <= TimeSpan.Zero)
        {
            Add(key, $"{value} is not allowed; it is longer than zero.");
        }

        CheckMaxDuration(key, value);
    }

    public void CheckTimeout(string key, TimeSpan? value)
    {
        if (value is { } limit && limit <= TimeSpan.Zero && limit != Timeout.InfiniteTimeSpan)
        {
            Add(key, $"{limit} is not allowed; it is longer than zero, or infinite for no limit.");
        }

        CheckMaxDuration(key, value);
    }

    public void CheckMaxDuration(string key, TimeSpan? value)
    {
        if (value > MaxDuration)
        {
            Add(key, $"{value} is too long; the longest is {MaxDuration.TotalDays} days.");
        }
    }

    public void CheckRegex(string key, string? regex)
    {
        try
        {
            if (regex is not null)
            {
                TextMatch.Compile(regex, ignoreCase: false);
            }
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            Add(key, $"'{regex}' is no regular expression that can be used here: {exception.Message}");
        }
    }

    public void CheckEnum<T>(string key, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            Add(key, $"{value} is not allowed; it is one of {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }

    public ValidateOptionsResult ToResult() => _errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_errors);
}
