// Asks the payment device for its status. .NET 8: dotnet run --project csharp
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

string kit = Path.GetFullPath(args.Length > 0 ? args[0] : "..");
using JsonDocument connection = JsonDocument.Parse(File.ReadAllText(Path.Combine(kit, "connection.json")));
string Value(string name) => connection.RootElement.GetProperty(name).GetString() ?? "";

X509Certificate2 leaf;
X509Certificate2Collection chain = new();
try
{
    leaf = LoadKey(chain);
}
catch (CryptographicException error)
{
    Console.Error.WriteLine($"The key cannot be opened: wrong password, or a damaged file ({error.Message}).");
    return 1;
}

X509ChainPolicy onlyRootCa = new()
{
    TrustMode = X509ChainTrustMode.CustomRootTrust,
    RevocationMode = X509RevocationMode.NoCheck,
};
onlyRootCa.CustomTrustStore.ImportFromPemFile(Path.Combine(kit, "root-ca.pem"));

using HttpMessageInvoker invoker = new(new SocketsHttpHandler
{
    SslOptions = new SslClientAuthenticationOptions
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        // Presents the intermediates along with the POS certificate.
        ClientCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true),
        CertificateChainPolicy = onlyRootCa,
        RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsDevice(certificate, errors),
    },
});

using CancellationTokenSource patience = new(TimeSpan.FromSeconds(10));
using ClientWebSocket channel = new();
try
{
    await channel.ConnectAsync(new Uri(Value("url")), invoker, patience.Token);
    byte[] request = Encoding.UTF8.GetBytes("""{"type":"StatusRequest"}""");
    await channel.SendAsync(request, WebSocketMessageType.Text, endOfMessage: true, patience.Token);
    Console.WriteLine(await ReceiveAsync(channel, patience.Token));
    await channel.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
    return 0;
}
catch (Exception error) when (error is WebSocketException or HttpRequestException or OperationCanceledException)
{
    Console.Error.WriteLine($"No connection: {error.InnerException?.Message ?? error.Message}");
    return 1;
}

// The chain has been checked against the Root CA; that the name is not the address connected to is expected. What
// must be there instead is the name with the serial number.
bool IsDevice(X509Certificate? certificate, SslPolicyErrors errors)
{
    if (certificate is not X509Certificate2 device) return false;
    if ((errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) != SslPolicyErrors.None) return false;
    string expected = Value("expectedSan");
    if (expected != "") return device.MatchesHostname(expected, allowWildcards: false, allowCommonName: false);
    return device.GetCertHashString(HashAlgorithmName.SHA256) == Value("deviceCertificateSha256").Replace(":", "");
}

// The POS certificate with its key; the certificates above it are added to the collection.
X509Certificate2 LoadKey(X509Certificate2Collection above)
{
    string store = Path.Combine(kit, "pos.p12");
    if (File.Exists(store))
    {
        above.Import(store, AskPassword(), X509KeyStorageFlags.DefaultKeySet);
        X509Certificate2 own = above.First(certificate => certificate.HasPrivateKey);
        above.Remove(own);
        return own;
    }
    string file = Path.Combine(kit, "pos-certificate.pem");
    string key = Path.Combine(kit, "pos-private-key.pem");
    using X509Certificate2 pem = File.ReadAllText(key).Contains("ENCRYPTED")
        ? X509Certificate2.CreateFromEncryptedPemFile(file, AskPassword(), key)
        : X509Certificate2.CreateFromPemFile(file, key);
    above.ImportFromPemFile(file);
    above.RemoveAt(0);
    // Windows uses only keys that went through a key store.
    return new X509Certificate2(pem.Export(X509ContentType.Pkcs12));
}

static string AskPassword()
{
    if (Environment.GetEnvironmentVariable("POS_KEY_PASSWORD") is { } given) return given;
    if (Console.IsInputRedirected) return Console.ReadLine() ?? "";
    Console.Error.Write("Password of the connection kit: ");
    StringBuilder typed = new();
    for (ConsoleKeyInfo key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
    {
        if (key.Key == ConsoleKey.Backspace && typed.Length > 0) typed.Length--;
        else if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
    }
    Console.Error.WriteLine();
    return typed.ToString();
}

static async Task<string> ReceiveAsync(ClientWebSocket channel, CancellationToken patience)
{
    using MemoryStream message = new();
    byte[] buffer = new byte[4096];
    while (true)
    {
        WebSocketReceiveResult part = await channel.ReceiveAsync(buffer, patience);
        if (part.MessageType == WebSocketMessageType.Close)
            throw new WebSocketException($"the device closed the channel, {part.CloseStatus}");
        message.Write(buffer, 0, part.Count);
        if (part.EndOfMessage) return Encoding.UTF8.GetString(message.ToArray());
    }
}
