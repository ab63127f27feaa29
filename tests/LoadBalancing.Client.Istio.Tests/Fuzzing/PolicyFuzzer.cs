using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Istio.Tests.Fuzzing;

/// <summary>Mutates documents and checks the guarantees of the reader: it never throws, and the library accepts what it reads without errors.</summary>
internal sealed class PolicyFuzzer
{
    private const string Marks = ":-#&*!|>'\"%@`{}[],?~<\t \n\r\u2013\u201C\u00A0\uFEFF\0\u0085\u2028\uD800";

    private static readonly string[] Words =
    [
        "apiVersion", "kind", "metadata", "name", "spec", "host", "hosts", "http", "match", "route", "destination", "subset", "subsets",
        "trafficPolicy", "outlierDetection", "connectionPool", "loadBalancer", "consistentHash", "fault", "delay", "abort", "percentage", "retries",
        "attempts", "timeout", "headers", "uri", "prefix", "exact", "regex", "DestinationRule", "VirtualService", "networking.istio.io/v1", "5s", "0",
        "-1", "1e999", "99999999999999999999", "true", "null", "[]", "{}", "- ", "---\n", "*a", "&a ", "!!str ", "<<: ", "|\n", "*", "''", "0x7fffffff",
        ".inf", "/", "foo", "%",
    ];

    private readonly Random _random;
    private readonly string[] _seeds;

    public PolicyFuzzer(int seed, params string[] seeds)
    {
        _random = new Random(seed);
        _seeds = seeds;
    }

    public int AcceptedHosts { get; private set; }

    /// <summary>Mutates one document and checks it.</summary>
    public void Step()
    {
        string text = Mutate(_seeds[_random.Next(_seeds.Length)]);
        try
        {
            Try(text);
        }
        catch (Exception exception)
        {
            string base64 = Convert.ToBase64String(Encoding.Unicode.GetBytes(text));
            throw new InvalidOperationException(
                $"{exception.GetType().Name}: {exception.Message}\n{exception.StackTrace}\n--- in Base64:\n{base64}\n---\n{text}", exception);
        }
    }

    public void Try(string text)
    {
        IstioPolicySet set = IstioPolicySet.Parse(new IstioClientOptions { Locality = "eu/a", Labels = { ["app"] = "shop" } }, text, "fuzz.yaml");
        Assert.True(set.Findings.Count <= 1001);
        _ = IstioPolicyRepair.Repair(text);
        if (set.HasErrors)
        {
            return;
        }

        foreach (string host in set.Hosts.Append("foo"))
        {
            if (set.Find(host) is { } policy)
            {
                AcceptedHosts++;
                IstioServicePolicy.ToJson(policy);
                AssertAccepted(host, policy);
            }
        }
    }

    private static void AssertAccepted(string host, IstioServicePolicy policy)
    {
        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient(host, options =>
        {
            policy.ApplyTo(options);
            options.Endpoints = options.Endpoints.Count > 0 ? options.Endpoints : ["http://10.0.0.1"];
        });
        IEnumerable<IstioPolicyValue> destinations = policy.Values.Where(static value => value.Key.EndsWith(":Service", StringComparison.Ordinal));
        foreach (string other in destinations.Select(static value => value.Value).Distinct())
        {
            services.AddLoadBalancedHttpClient(other, static options => options.Endpoints = ["http://10.0.0.1"]);
        }

        using ServiceProvider provider = services.BuildServiceProvider();
        provider.GetRequiredService<IOptionsMonitor<LoadBalancingOptions>>().Get(host);
    }

    private string Mutate(string seed)
    {
        var text = new StringBuilder(seed);
        int changes = _random.Next(1, 6);
        for (int i = 0; i < changes && text.Length > 0; i++)
        {
            Change(text);
        }

        return text.Length > 100_000 ? text.ToString(0, 100_000) : text.ToString();
    }

    private void Change(StringBuilder text)
    {
        int at = _random.Next(text.Length);
        switch (_random.Next(10))
        {
            case 0:
                text.Remove(at, Math.Min(_random.Next(1, 10), text.Length - at));
                break;
            case 1:
                text.Insert(at, Marks[_random.Next(Marks.Length)]);
                break;
            case 2:
                text[at] = Marks[_random.Next(Marks.Length)];
                break;
            case 3:
                text.Insert(at, Words[_random.Next(Words.Length)]);
                break;
            case 4:
                text.Insert(at, (char)_random.Next(char.MaxValue));
                break;
            case 5:
                text.Insert(at, new string(Marks[_random.Next(Marks.Length)], _random.Next(1, 200)));
                break;
            default:
                ChangeLines(text);
                break;
        }
    }

    /// <summary>Changes that leave most of the document valid, to reach deeper code.</summary>
    private void ChangeLines(StringBuilder text)
    {
        List<string> lines = [.. text.ToString().Split('\n')];
        int line = _random.Next(lines.Count);
        int colon = lines[line].IndexOf(": ", StringComparison.Ordinal);
        switch (_random.Next(5))
        {
            case 0:
                lines.Insert(_random.Next(lines.Count), lines[line]);
                break;
            case 1:
                lines.RemoveAt(line);
                break;
            case 2:
                lines[line] = new string(' ', _random.Next(9)) + lines[line].TrimStart();
                break;
            default:
                string prefix = colon < 0 ? lines[line] + " " : lines[line][..(colon + 2)];
                lines[line] = prefix + Words[_random.Next(Words.Length)];
                break;
        }

        text.Clear().Append(string.Join('\n', lines));
    }
}
