using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LoadBalancing.Client.Tests.Architecture;

/// <summary>Rules for all public types.</summary>
public sealed class PublicTypesTests
{
    private static readonly Type[] PublicTypes = typeof(LoadBalancer).Assembly.GetExportedTypes();

    [Fact]
    public void No_public_type_has_the_name_of_a_type_in_the_shared_frameworks()
    {
        string runtime = RuntimeEnvironment.GetRuntimeDirectory();
        string version = Path.GetFileName(runtime.TrimEnd(Path.DirectorySeparatorChar));
        string aspNetCore = Path.GetDirectoryName(typeof(Microsoft.AspNetCore.Builder.WebApplication).Assembly.Location)!;
        string[] assemblies = [.. Directory.GetFiles(
            aspNetCore,
            "Microsoft.*.dll"), .. Directory.GetFiles(AppContext.BaseDirectory, "Microsoft.Extensions.*.dll")];
        var resolver = new PathAssemblyResolver([.. Directory.GetFiles(runtime, "*.dll"), .. assemblies]);
        using var context = new MetadataLoadContext(resolver);
        HashSet<string> taken = [.. assemblies.SelectMany(path => context.LoadFromAssemblyPath(path).GetExportedTypes()).Select(static type => type.Name)];

        Assert.True(taken.Count > 1000, $"Only {taken.Count} names were found below {aspNetCore} (runtime {version}).");
        Assert.Contains("RouteOptions", taken);
        Assert.DoesNotContain(PublicTypes, type => taken.Contains(type.Name));
    }

    [Fact]
    public void Every_public_class_is_sealed_static_or_designed_for_inheritance() =>
        Assert.DoesNotContain(PublicTypes, static type => type is { IsClass: true, IsSealed: false, IsAbstract: false });

    [Fact]
    public void Types_are_in_the_library_s_namespace_and_registration_in_that_of_the_container()
    {
        string[] allowed = ["LoadBalancing.Client", "Microsoft.Extensions.DependencyInjection"];

        Assert.All(PublicTypes, type => Assert.Contains(type.Namespace, allowed));
        Assert.DoesNotContain(
            PublicTypes,
            static type => type.Namespace != "LoadBalancing.Client" && type is { IsInterface: false } && !(type.IsAbstract && type.IsSealed));
    }

    [Fact]
    public void Requests_and_responses_have_one_extension_method_each()
    {
        IEnumerable<string> extensions =
            from type in PublicTypes
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static)
            where method.IsDefined(typeof(ExtensionAttribute)) && method.GetParameters()[0].ParameterType.Namespace == "System.Net.Http"
            select $"{method.GetParameters()[0].ParameterType.Name}.{method.Name}";

        Assert.Equal(["HttpRequestMessage.LoadBalancing", "HttpResponseMessage.GetUpstream"], extensions.Order());
    }

    [Fact]
    public void No_public_type_has_a_deconstructor() =>
        Assert.DoesNotContain(PublicTypes, static type => Array.Exists(type.GetMethods(), static method => method.Name == "Deconstruct"));
}
