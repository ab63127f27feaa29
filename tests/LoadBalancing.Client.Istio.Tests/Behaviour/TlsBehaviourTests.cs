using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Istio.Tests.Behaviour;

/// <summary>TLS settings of documents, against a real server.</summary>
public sealed class TlsBehaviourTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tls").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Simple_mode_encrypts_and_trusts_the_configured_authority()
    {
        using X509Certificate2 certificate = TestCertificate.For(Yamls.Foo);
        await using LoopbackServer server = await LoopbackServer.StartAsync(certificate: certificate);
        await using PolicyClient client = Create(server, $"tls:\n  mode: SIMPLE\n  caCertificates: {Write(certificate)}");

        Assert.Equal("ok", await client.Http.GetStringAsync("/", Cancelled));
        Assert.Equal(Yamls.Foo, Assert.Single(server.Requests).ServerName);
    }

    [Fact]
    public async Task Certificate_of_another_authority_is_not_trusted()
    {
        using X509Certificate2 certificate = TestCertificate.For(Yamls.Foo);
        using X509Certificate2 other = TestCertificate.For(Yamls.Foo);
        await using LoopbackServer server = await LoopbackServer.StartAsync(certificate: certificate);
        await using PolicyClient client = Create(server, $"tls:\n  mode: SIMPLE\n  caCertificates: {Write(other)}");

        HttpRequestException exception = await Assert.ThrowsAsync<HttpRequestException>(() => client.Http.GetStringAsync("/", Cancelled));
        Assert.IsType<AuthenticationException>(exception.GetBaseException());
    }

    [Theory]
    [InlineData("one.example.com", true)]
    [InlineData("two.example.com", false)]
    public async Task Subject_alternative_names_are_compared_with_the_certificate(string listed, bool isTrusted)
    {
        using X509Certificate2 certificate = TestCertificate.For("one.example.com");
        await using LoopbackServer server = await LoopbackServer.StartAsync(certificate: certificate);
        await using PolicyClient client = Create(server, $"tls:\n  mode: SIMPLE\n  caCertificates: {Write(certificate)}\n  subjectAltNames: [{listed}]");

        Exception? exception = await Record.ExceptionAsync(() => client.Http.GetStringAsync("/", Cancelled));

        Assert.Equal(isTrusted, exception is null);
    }

    [Fact]
    public async Task Mutual_mode_presents_the_client_certificate()
    {
        using X509Certificate2 certificate = TestCertificate.For(Yamls.Foo);
        await using LoopbackServer server = await LoopbackServer.StartAsync(certificate: certificate);
        string key = Path.Combine(_directory, "key.pem");
        await File.WriteAllTextAsync(key, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), Cancelled);
        string file = Write(certificate);
        var options = new System.Net.Security.SslClientAuthenticationOptions();
        IstioPolicySet set = IstioPolicySet.Parse(
            new IstioClientOptions(),
            Yamls.Rule($"tls:\n  mode: MUTUAL\n  clientCertificate: {file}\n  privateKey: {key}\n  caCertificates: {file}"));

        ClientTlsSetup.Apply(set.Find(Yamls.Foo)!.Tls!, options);

        Assert.Equal(certificate.Thumbprint, options.ClientCertificateContext!.TargetCertificate.Thumbprint);
        Assert.Equal(certificate.Thumbprint, Assert.Single(options.CertificateChainPolicy!.CustomTrustStore).Thumbprint);
    }

    private static PolicyClient Create(LoopbackServer server, string policy) =>
        new(Yamls.Rule(policy), options: options => options.Endpoints = [$"http://127.0.0.1:{server.Port}"]);

    private string Write(X509Certificate2 certificate)
    {
        string file = Path.Combine(_directory, $"{certificate.Thumbprint}.pem");
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return file;
    }
}
