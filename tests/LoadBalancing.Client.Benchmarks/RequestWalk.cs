using System.Diagnostics.Tracing;
using System.Globalization;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// The files and rooms of the library that the first GET of a client goes through, in the order in which the runtime compiles their methods. Run it
/// in the Debug
/// configuration, where nothing is inlined: dotnet run --project tests/LoadBalancing.Client.Benchmarks -- walk
/// </summary>
internal static class RequestWalk
{
    public static async Task<int> RunAsync()
    {
        await using LoopbackServer first = await LoopbackServer.StartAsync();
        await using LoopbackServer second = await LoopbackServer.StartAsync();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLoadBalancedHttpClient("catalog", options => options.Endpoints = [first.Address, second.Address]);
        await using ServiceProvider provider = services.BuildServiceProvider();
        using HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");

        List<int> tokens;
        using (var methods = new CompiledMethods())
        {
            // The runtime delivers its events on a thread of its own, up to a second after the fact.
            await Task.Delay(TimeSpan.FromSeconds(1.5));
            methods.Clear();
            await client.GetStringAsync(new Uri("/", UriKind.Relative));
            await Task.Delay(TimeSpan.FromSeconds(1.5));
            tokens = methods.Stop();
        }

        using SourceFiles files = SourceFiles.Of(typeof(LoadBalancer).Assembly);
        string[] walk = [.. tokens.Select(files.Find).OfType<string>()];
        int changes = Enumerable.Range(1, Math.Max(0, walk.Length - 1)).Count(i => walk[i] != walk[i - 1]);
        int roomChanges = Enumerable.Range(1, Math.Max(0, walk.Length - 1)).Count(i => RoomOf(walk[i]) != RoomOf(walk[i - 1]));
        string? last = null;
        foreach (string file in walk.Where(file => file != last && (last = file) is not null))
        {
            Console.WriteLine(file);
        }

        Console.WriteLine();
        foreach (IGrouping<string, string> room in walk.Distinct().GroupBy(RoomOf).OrderByDescending(static room => room.Count()))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{room.Count(),3} files of {room.Key}"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{walk.Length} methods, {walk.Distinct().Count()} files, {changes} changes of file, {roomChanges} changes of room (outer: {OuterChanges(walk)})"));
        return walk.Length > 0 ? 0 : 1;
    }

    private static int OuterChanges(string[] walk) => Enumerable.Range(1, walk.Length - 1).Count(i => OuterOf(walk[i]) != OuterOf(walk[i - 1]));

    private static string OuterOf(string file) => RoomOf(file).Split('/')[0];

    private static string RoomOf(string file) => file.Contains('/', StringComparison.Ordinal) ? file[..file.LastIndexOf('/')] : "(root)";

    /// <summary>Collects the metadata tokens of the library's methods as the runtime compiles them.</summary>
    private sealed class CompiledMethods : EventListener
    {
        private const EventKeywords JitAndLoader = (EventKeywords)0x18;

        private readonly Lock _lock = new();
        private readonly List<int> _tokens = [];
        private bool _isStopped;

        public void Clear()
        {
            lock (_lock)
            {
                _tokens.Clear();
            }
        }

        public List<int> Stop()
        {
            lock (_lock)
            {
                _isStopped = true;
                return [.. _tokens];
            }
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
            {
                EnableEvents(eventSource, EventLevel.Verbose, JitAndLoader);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventName?.StartsWith("MethodLoadVerbose", StringComparison.Ordinal) != true || eventData.Payload is not { } payload)
            {
                return;
            }

            object? Field(string name) => payload[eventData.PayloadNames!.IndexOf(name)];
            if (Field("MethodNamespace") is string type && IsOurs(type) && Field("MethodToken") is { } token)
            {
                lock (_lock)
                {
                    if (!_isStopped)
                    {
                        _tokens.Add((int)Convert.ToUInt32(token, CultureInfo.InvariantCulture));
                    }
                }
            }
        }

        private static bool IsOurs(string type)
        {
            int nested = type.IndexOfAny(['+', '`', '[']);
            return typeof(LoadBalancer).Assembly.GetType(nested < 0 ? type : type[..nested]) is not null;
        }
    }

    /// <summary>Finds the source file of a method in the assembly's symbols.</summary>
    private sealed class SourceFiles : IDisposable
    {
        private readonly MetadataReaderProvider _provider;
        private readonly MetadataReader _reader;

        private SourceFiles(MetadataReaderProvider provider)
        {
            _provider = provider;
            _reader = provider.GetMetadataReader();
        }

        public static SourceFiles Of(Assembly assembly) =>
            new(MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(assembly.Location, ".pdb"))));

        public string? Find(int token)
        {
            MethodDebugInformation method = _reader.GetMethodDebugInformation(MetadataTokens.MethodDefinitionHandle(token & 0xFFFFFF)
                .ToDebugInformationHandle());
            if (method.Document.IsNil)
            {
                return null;
            }

            string path = _reader.GetString(_reader.GetDocument(method.Document).Name).Replace('\\', '/');
            const string Project = "src/LoadBalancing.Client/";
            int at = path.LastIndexOf(Project, StringComparison.Ordinal);
            return at < 0 || path.Contains("/obj/", StringComparison.Ordinal) ? null : path[(at + Project.Length)..];
        }

        public void Dispose() => _provider.Dispose();
    }
}
