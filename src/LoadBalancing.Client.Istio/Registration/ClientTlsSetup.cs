using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>
/// Configures TLS of primary handlers from documents. The factory recreates handlers every few minutes; changed documents and renewed certificates apply
/// to handlers created afterwards.
/// </summary>
internal sealed class ClientTlsSetup : IPostConfigureOptions<HttpClientFactoryOptions>
{
    private readonly IstioTrafficPolicies _policies;
    private readonly string? _service;

    public ClientTlsSetup(IstioTrafficPolicies policies, string? service)
    {
        _policies = policies;
        _service = service;
    }

    public void PostConfigure(string? name, HttpClientFactoryOptions options)
    {
        if (name is null || (_service is not null && _service != name))
        {
            return;
        }

        options.HttpMessageHandlerBuilderActions.Add(builder =>
        {
            if (builder.PrimaryHandler is SocketsHttpHandler handler && _policies.Current is { HasErrors: false } current && current.Find(name)?.Tls is { } tls)
            {
                Apply(tls, handler.SslOptions);
            }
        });
    }

    internal static void Apply(TlsPolicy tls, SslClientAuthenticationOptions options)
    {
        if (tls.Mode.Value is not ("SIMPLE" or "MUTUAL"))
        {
            return;
        }

        if (tls is { ClientCertificate: { } certificate, PrivateKey: { } key })
        {
            options.ClientCertificateContext = SslStreamCertificateContext.Create(
                X509Certificate2.CreateFromPemFile(certificate.Value, key.Value),
                additionalCertificates: null,
                offline: true);
        }

        if (tls.CaCertificates is { } file)
        {
            X509Certificate2Collection authorities = [];
            authorities.ImportFromPemFile(file.Value);
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        string[] names = [.. tls.SubjectAltNames.Select(static name => name.Value)];
        if (tls.InsecureSkipVerify is { Value: true })
        {
#pragma warning disable CA5359 // The document requests it explicitly.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (names.Length > 0)
        {
            options.RemoteCertificateValidationCallback = (_, presented, _, errors) =>
                (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None
                && presented is X509Certificate2 known
                && names.Any(name => known.MatchesHostname(name, allowWildcards: true, allowCommonName: false));
        }
    }
}
