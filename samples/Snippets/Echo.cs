using Grpc.Core;

namespace Snippets;

/// <summary>A short form of the code that gRPC tools generate from a file <c>echo.proto</c>.</summary>
internal static class Echo
{
    private static readonly Marshaller<string> Utf8 = Marshallers.Create(System.Text.Encoding.UTF8.GetBytes, System.Text.Encoding.UTF8.GetString);

    private static readonly Method<string, string> SayMethod = new(MethodType.Unary, "snippets.Echo", "Say", Utf8, Utf8);

    internal sealed class EchoClient : ClientBase<EchoClient>
    {
        public EchoClient(CallInvoker callInvoker)
            : base(callInvoker)
        {
        }

        private EchoClient(ClientBaseConfiguration configuration)
            : base(configuration)
        {
        }

        public AsyncUnaryCall<string> SayAsync(string text) => CallInvoker.AsyncUnaryCall(SayMethod, host: null, default, text);

        protected override EchoClient NewInstance(ClientBaseConfiguration configuration) => new(configuration);
    }
}
