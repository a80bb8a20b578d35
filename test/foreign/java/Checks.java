import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.http.okhttp.OkHttpAsyncHttpClientBuilder;
import com.azure.identity.AuthorizationCodeCredentialBuilder;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.DeviceCodeCredentialBuilder;
import com.microsoft.graph.core.content.BatchRequestContent;
import com.microsoft.graph.core.requests.GraphClientFactory;
import com.microsoft.graph.core.tasks.PageIterator;
import com.microsoft.graph.models.Contact;
import com.microsoft.graph.models.ContactCollectionResponse;
import com.microsoft.graph.models.Group;
import com.microsoft.graph.models.GroupCollectionResponse;
import com.microsoft.graph.models.ProfilePhoto;
import com.microsoft.graph.models.User;
import com.microsoft.graph.models.UserCollectionResponse;
import com.microsoft.graph.models.odataerrors.ODataError;
import com.microsoft.graph.serviceclient.GraphServiceClient;
import com.microsoft.kiota.ApiException;
import com.microsoft.kiota.authentication.AzureIdentityAuthenticationProvider;
import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import reactor.core.publisher.Mono;

/** microsoft-graph with azure-identity, pointed at Visage as docs/clients.md says. */
public class Checks {
  static final String url = System.getenv("VISAGE_URL");
  static final String tenant = System.getenv("VISAGE_TENANT");
  static final String user = System.getenv("VISAGE_USER");
  static final String group = System.getenv("VISAGE_GROUP");
  static final String contact = System.getenv("VISAGE_CONTACT");
  static final String otherContact = System.getenv("VISAGE_OTHER_CONTACT");
  static final String client = "22222222-bbbb-4bbb-8bbb-000000000001";
  static final String graphScope = "https://graph.microsoft.com/.default";
  static final String redirect = "http://localhost:53003/";
  static byte[] picture;
  static SSLContext ssl;
  static X509TrustManager trust;
  static HttpClient azureHttp;

  interface Check { void run() throws Exception; }

  public static void main(String[] args) throws Exception {
    picture = Files.readAllBytes(Path.of(System.getenv("VISAGE_PICTURE")));
    trustVisage();
    check("application secret", () -> {
      var credential = new ClientSecretCredentialBuilder().authorityHost(url).tenantId(tenant).clientId(client)
          .clientSecret("any secret").disableInstanceDiscovery().httpClient(azureHttp).build();
      same(connect(credential).users().byUserId(user).get().getId(), user);
    });
    var device = new DeviceCodeCredentialBuilder().authorityHost(url).tenantId(tenant).clientId(client)
        .disableInstanceDiscovery().httpClient(azureHttp)
        .challengeConsumer(code -> CompletableFuture.runAsync(
            () -> signInAsAlice(code.getVerificationUrl(), code.getUserCode())))
        .build();
    var weak = new String[1];
    check("person device code", () -> {
      var request = new com.azure.core.credential.TokenRequestContext()
          .addScopes("https://graph.microsoft.com/User.ReadWrite");
      weak[0] = device.getToken(request).block().getToken();
      same(connect(fixed(weak[0])).me().get().getId(), user);
    });
    var signedIn = new GraphServiceClient[1];
    check("person code", () -> {
      signedIn[0] = connect(byCode());
      same(signedIn[0].me().get().getId(), user);
    });
    photos(signedIn[0]);
    lists(signedIn[0]);
    batches(signedIn[0]);
    refusals(signedIn[0], weak[0]);
    removals(signedIn[0]);
    System.exit(0);
  }

  static void photos(GraphServiceClient graph) throws Exception {
    photo("user", () -> graph.me().photo().content().put(stream(picture)),
        () -> graph.me().photo().content().get(), () -> graph.me().photo().get());
    photo("group", () -> graph.groups().byGroupId(group).photo().content().put(stream(picture)),
        () -> graph.groups().byGroupId(group).photo().content().get(), () -> graph.groups().byGroupId(group).photo().get());
    photo("team", () -> graph.teams().byTeamId(group).photo().content().put(stream(picture)),
        () -> graph.teams().byTeamId(group).photo().content().get(), () -> graph.teams().byTeamId(group).photo().get());
    photo("contact", () -> graph.me().contacts().byContactId(contact).photo().content().put(stream(picture)),
        () -> graph.me().contacts().byContactId(contact).photo().content().get(),
        () -> graph.me().contacts().byContactId(contact).photo().get());
    check("sizes user", () -> {
      same(graph.me().photos().get().getValue().size(), 9);
      isJpeg(graph.me().photos().byProfilePhotoId("96x96").content().get());
    });
    check("sizes group", () -> {
      var photos = graph.groups().byGroupId(group).photos();
      same(photos.get().getValue().size(), 9);
      isJpeg(photos.byProfilePhotoId("96x96").content().get());
    });
    library("sizes team", "no such call in the SDK");
    check("retry GET", () -> isJpeg(graph.groups().byGroupId(group).photos().byProfilePhotoId("48x48").content().get()));
    check("retry PUT", () -> graph.me().contacts().byContactId(otherContact).photo().content().put(stream(picture)));
  }

  static void photo(String name, Check upload, Supplier<InputStream> bytes, Supplier<ProfilePhoto> metadata) {
    check("upload " + name, upload);
    check("bytes " + name, () -> isJpeg(bytes.get()));
    check("metadata " + name, () -> {
      var found = metadata.get();
      same(found.getWidth(), 648);
      if (found.getAdditionalData().get("@odata.mediaEtag") == null) throw new AssertionError("no @odata.mediaEtag");
    });
  }

  static void lists(GraphServiceClient graph) {
    check("list users", () -> {
      Set<String> found = new HashSet<>();
      new PageIterator.Builder<User, UserCollectionResponse>().client(graph)
          .collectionPage(graph.users().get(request -> request.queryParameters.top = 7))
          .collectionPageFactory(UserCollectionResponse::createFromDiscriminatorValue)
          .processPageItemCallback(one -> found.add(one.getId())).build().iterate();
      atLeast(found.size(), 38);
    });
    check("list groups", () -> {
      Set<String> found = new HashSet<>();
      new PageIterator.Builder<Group, GroupCollectionResponse>().client(graph)
          .collectionPage(graph.groups().get(request -> request.queryParameters.top = 2))
          .collectionPageFactory(GroupCollectionResponse::createFromDiscriminatorValue)
          .processPageItemCallback(one -> found.add(one.getId())).build().iterate();
      atLeast(found.size(), 5);
    });
    check("list contacts", () -> {
      Set<String> found = new HashSet<>();
      new PageIterator.Builder<Contact, ContactCollectionResponse>().client(graph)
          .collectionPage(graph.me().contacts().get(request -> request.queryParameters.top = 1))
          .collectionPageFactory(ContactCollectionResponse::createFromDiscriminatorValue)
          .processPageItemCallback(one -> found.add(one.getId())).build().iterate();
      atLeast(found.size(), 2);
    });
  }

  static void batches(GraphServiceClient graph) {
    check("batch read", () -> {
      var content = new BatchRequestContent(graph);
      var first = content.addBatchRequestStep(graph.me().toGetRequestInformation());
      var second = content.addBatchRequestStep(graph.me().photo().toGetRequestInformation());
      var answers = graph.getBatchRequestBuilder().post(content, null).getResponsesStatusCode();
      same(List.of(answers.get(first), answers.get(second)), List.of(200, 200));
    });
    // The library decodes the body as UTF-8, so it has to be base64 text.
    check("batch photo", () -> {
      var content = new BatchRequestContent(graph);
      var put = graph.me().photo().content().toPutRequestInformation(stream(Base64.getEncoder().encode(picture)));
      put.headers.tryAdd("Content-Type", "image/jpeg");
      var step = content.addBatchRequestStep(put);
      same(graph.getBatchRequestBuilder().post(content, null).getResponsesStatusCode().get(step), 200);
    });
  }

  static void refusals(GraphServiceClient graph, String weak) {
    check("conditions 412", () -> refused(412, null, () -> graph.me().photo().content()
        .put(stream(picture), request -> request.headers.add("If-Match", "\"stale\""))));
    check("conditions 304", () -> {
      var etag = text(graph.me().photo().get().getAdditionalData().get("@odata.mediaEtag"));
      same(graph.me().photo().content().get(request -> request.headers.add("If-None-Match", etag)), null);
    });
    check("errors 404", () -> refused(404, "ImageNotFound", () -> graph.users().byUserId("reception@visage.example").photo().get()));
    check("errors 403", () -> refused(403, null, () -> connect(fixed(weak)).users().byUserId(user).manager().ref().delete()));
    check("errors 401", () -> refused(401, null, () -> connect(fixed("no.token.here")).me().photo().get()));
  }

  static void removals(GraphServiceClient graph) {
    check("remove user", () -> {
      graph.me().photo().delete();
      refused(404, "ImageNotFound", () -> graph.me().photo().get());
    });
    check("remove group", () -> {
      graph.groups().byGroupId(group).photo().delete();
      refused(404, "ImageNotFound", () -> graph.groups().byGroupId(group).photo().get());
    });
  }

  static GraphServiceClient connect(TokenCredential credential) {
    OkHttpClient http = GraphClientFactory.create(GraphServiceClient.getGraphClientOptions())
        .sslSocketFactory(ssl.getSocketFactory(), trust).build();
    var auth = new AzureIdentityAuthenticationProvider(credential, new String[] {"localhost"}, graphScope);
    var graph = new GraphServiceClient(auth, http);
    graph.getRequestAdapter().setBaseUrl(url + "/v1.0");
    return graph;
  }

  static TokenCredential byCode() throws Exception {
    var asked = "?client_id=" + client + "&response_type=code&state=s&redirect_uri=" + encode(redirect)
        + "&scope=" + encode(graphScope + " openid profile offline_access");
    var landed = signInAsAlice(url + "/" + tenant + "/oauth2/v2.0/authorize" + asked, null);
    var code = landed.replaceAll(".*[?&]code=([^&]*).*", "$1");
    return new AuthorizationCodeCredentialBuilder().authorityHost(url).tenantId(tenant).clientId(client)
        .clientSecret("any secret").authorizationCode(URLDecoder.decode(code, StandardCharsets.UTF_8)).redirectUrl(redirect).disableInstanceDiscovery()
        .httpClient(azureHttp).build();
  }

  static TokenCredential fixed(String token) {
    return request -> Mono.just(new AccessToken(token, OffsetDateTime.now().plusHours(1)));
  }

  /** Returns the address that the browser was sent to. */
  static String signInAsAlice(String address, String code) {
    try {
      var form = "address=" + encode(address) + (code == null ? "" : "&code=" + encode(code));
      var request = HttpRequest.newBuilder(URI.create(System.getenv("VISAGE_PERSON")))
          .POST(HttpRequest.BodyPublishers.ofString(form)).build();
      return java.net.http.HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
  }

  static void trustVisage() throws Exception {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var file = new FileInputStream(System.getenv("VISAGE_CA"))) {
      store.setCertificateEntry("visage", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    trust = (X509TrustManager) factory.getTrustManagers()[0];
    ssl = SSLContext.getInstance("TLS");
    ssl.init(null, factory.getTrustManagers(), null);
    var http = new OkHttpClient.Builder().sslSocketFactory(ssl.getSocketFactory(), trust).build();
    azureHttp = new OkHttpAsyncHttpClientBuilder(http).build();
  }

  static void check(String name, Check check) {
    try {
      check.run();
      System.out.println("{\"check\":\"" + name + "\"}");
    } catch (Throwable error) {
      error.printStackTrace();
      var why = (error + "").replaceAll("[^ -~]", " ").replace("\\", "/").replace("\"", "'");
      System.out.println("{\"check\":\"" + name + "\",\"failed\":\"" + why + "\"}");
    }
  }

  static void library(String name, String why) {
    System.out.println("{\"check\":\"" + name + "\",\"library\":\"" + why + "\"}");
  }

  static void refused(int status, String code, Check call) throws Exception {
    try {
      call.run();
    } catch (ODataError error) {
      same(error.getResponseStatusCode(), status);
      if (code != null) same(error.getError().getCode(), code);
      if (error.getError().getMessage().isEmpty()) throw new AssertionError("no words");
      return;
    }
    throw new AssertionError(status + " was expected");
  }

  static void isJpeg(InputStream found) throws Exception {
    var bytes = found.readNBytes(3);
    if ((bytes[0] & 255) != 255 || (bytes[1] & 255) != 216) throw new AssertionError("no JPEG");
  }

  static void same(Object found, Object expected) {
    if (!java.util.Objects.equals(found, expected)) throw new AssertionError(found + ", not " + expected);
  }

  static void atLeast(int found, int expected) {
    if (found < expected) throw new AssertionError(found + " found, at least " + expected + " expected");
  }

  static String text(Object value) {
    return value instanceof com.microsoft.kiota.serialization.UntypedString untyped ? untyped.getValue() : value.toString();
  }

  static InputStream stream(byte[] bytes) { return new ByteArrayInputStream(bytes); }

  static String encode(String text) { return URLEncoder.encode(text, StandardCharsets.UTF_8); }
}
