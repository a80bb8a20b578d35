// msgraph-sdk-go with azidentity, pointed at Visage as docs/clients.md says.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	azure "github.com/microsoft/kiota-authentication-azure-go"
	graphsdk "github.com/microsoftgraph/msgraph-sdk-go"
	graphcore "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
	"github.com/microsoftgraph/msgraph-sdk-go/users"
)

const client = "22222222-bbbb-4bbb-8bbb-000000000001"
const scope = "https://graph.microsoft.com/.default"

var (
	base     = os.Getenv("VISAGE_URL")
	tenant   = os.Getenv("VISAGE_TENANT")
	user     = os.Getenv("VISAGE_USER")
	group    = os.Getenv("VISAGE_GROUP")
	ctx      = context.Background()
	picture  []byte
	trusting *http.Client
)

type photo struct {
	put      func() error
	bytes    func() ([]byte, error)
	metadata func() (models.ProfilePhotoable, error)
}

func main() {
	picture = must(os.ReadFile(os.Getenv("VISAGE_PICTURE")))
	trustVisage()
	check("application secret", func() error {
		credential, err := azidentity.NewClientSecretCredential(tenant, client, "any secret",
			&azidentity.ClientSecretCredentialOptions{ClientOptions: options(), DisableInstanceDiscovery: true})
		if err != nil {
			return err
		}
		found, err := connect(credential).Users().ByUserId(user).Get(ctx, nil)
		return sameId(found, err)
	})
	var weak string
	check("person device code", func() error {
		credential, err := azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
			ClientOptions: options(), DisableInstanceDiscovery: true, TenantID: tenant, ClientID: client,
			UserPrompt: func(_ context.Context, code azidentity.DeviceCodeMessage) error {
				go signInAsAlice(code.VerificationURL, code.UserCode)
				return nil
			}})
		if err != nil {
			return err
		}
		token, err := credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{"https://graph.microsoft.com/User.ReadWrite"}})
		if err != nil {
			return err
		}
		weak = token.Token
		found, err := connect(fixed(weak)).Me().Get(ctx, nil)
		return sameId(found, err)
	})
	var graph *graphsdk.GraphServiceClient
	check("person code", func() error {
		token, err := byCode()
		if err != nil {
			return err
		}
		graph = connect(fixed(token))
		found, err := graph.Me().Get(ctx, nil)
		return sameId(found, err)
	})
	photos(graph)
	lists(graph)
	batches(graph)
	refusals(graph, weak)
	check("remove user", func() error {
		return errors.Join(graph.Me().Photo().Delete(ctx, nil), gone(graph.Me().Photo().Get(ctx, nil)))
	})
	check("remove group", func() error {
		photo := graph.Groups().ByGroupId(group).Photo()
		return errors.Join(photo.Delete(ctx, nil), gone(photo.Get(ctx, nil)))
	})
}

func photos(graph *graphsdk.GraphServiceClient) {
	contact := graph.Me().Contacts().ByContactId(os.Getenv("VISAGE_CONTACT")).Photo()
	me, groups, teams := graph.Me().Photo(), graph.Groups().ByGroupId(group).Photo(), graph.Teams().ByTeamId(group).Photo()
	all := map[string]photo{
		"user": {func() error { return second(me.Content().Put(ctx, picture, nil)) },
			func() ([]byte, error) { return me.Content().Get(ctx, nil) },
			func() (models.ProfilePhotoable, error) { return me.Get(ctx, nil) }},
		"group": {func() error { return second(groups.Content().Put(ctx, picture, nil)) },
			func() ([]byte, error) { return groups.Content().Get(ctx, nil) },
			func() (models.ProfilePhotoable, error) { return groups.Get(ctx, nil) }},
		"team": {func() error { return second(teams.Content().Put(ctx, picture, nil)) },
			func() ([]byte, error) { return teams.Content().Get(ctx, nil) },
			func() (models.ProfilePhotoable, error) { return teams.Get(ctx, nil) }},
		"contact": {func() error { return second(contact.Content().Put(ctx, picture, nil)) },
			func() ([]byte, error) { return contact.Content().Get(ctx, nil) },
			func() (models.ProfilePhotoable, error) { return contact.Get(ctx, nil) }},
	}
	for name, one := range all {
		check("upload "+name, one.put)
		check("bytes "+name, func() error { return isJpeg(one.bytes()) })
		check("metadata "+name, func() error {
			found, err := one.metadata()
			if err != nil {
				return err
			}
			if *found.GetWidth() != 648 || found.GetAdditionalData()["@odata.mediaEtag"] == nil {
				return fmt.Errorf("%d pixels, etag %v", *found.GetWidth(), found.GetAdditionalData()["@odata.mediaEtag"])
			}
			return nil
		})
	}
	check("sizes user", func() error {
		found, err := graph.Me().Photos().Get(ctx, nil)
		if err != nil || len(found.GetValue()) != 9 {
			return fmt.Errorf("not nine sizes: %v", err)
		}
		return isJpeg(graph.Me().Photos().ByProfilePhotoId("96x96").Content().Get(ctx, nil))
	})
	sizes := graph.Groups().ByGroupId(group).Photos()
	check("sizes group", func() error {
		found, err := sizes.Get(ctx, nil)
		if err != nil || len(found.GetValue()) != 9 {
			return fmt.Errorf("not nine sizes: %v", err)
		}
		return isJpeg(sizes.ByProfilePhotoId("96x96").Content().Get(ctx, nil))
	})
	library("sizes team", "no such call in the SDK")
	check("retry GET", func() error { return isJpeg(sizes.ByProfilePhotoId("48x48").Content().Get(ctx, nil)) })
	library("retry PUT", "the repeated body is not the one that its headers announce: https://github.com/microsoft/kiota-http-go/issues/183")
}

func lists(graph *graphsdk.GraphServiceClient) {
	top := int32(7)
	check("list users", func() error {
		first, err := graph.Users().Get(ctx, &users.UsersRequestBuilderGetRequestConfiguration{
			QueryParameters: &users.UsersRequestBuilderGetQueryParameters{Top: &top}})
		if err != nil {
			return err
		}
		return pages[models.Userable](graph, first, models.CreateUserCollectionResponseFromDiscriminatorValue, 38)
	})
	check("list groups", func() error {
		first, err := graph.Groups().Get(ctx, nil)
		if err != nil {
			return err
		}
		return pages[models.Groupable](graph, first, models.CreateGroupCollectionResponseFromDiscriminatorValue, 5)
	})
	check("list contacts", func() error {
		first, err := graph.Me().Contacts().Get(ctx, nil)
		if err != nil {
			return err
		}
		return pages[models.Contactable](graph, first, models.CreateContactCollectionResponseFromDiscriminatorValue, 2)
	})
}

func batches(graph *graphsdk.GraphServiceClient) {
	check("batch read", func() error {
		batch := graphcore.NewBatchRequest(graph.GetAdapter())
		me := must(graph.Me().ToGetRequestInformation(ctx, nil))
		item, err := batch.AddBatchRequestStep(*me)
		if err != nil {
			return err
		}
		answers, err := batch.Send(ctx, graph.GetAdapter())
		if err != nil {
			return err
		}
		if status := *answers.GetResponseById(*item.GetId()).GetStatus(); status != 200 {
			return fmt.Errorf("answer %d", status)
		}
		return nil
	})
	library("batch photo", "it takes only JSON bodies")
}

func refusals(graph *graphsdk.GraphServiceClient, weak string) {
	check("conditions 412", func() error {
		headers := abstractions.NewRequestHeaders()
		headers.Add("If-Match", "\"stale\"")
		_, err := graph.Me().Photo().Content().Put(ctx, picture, &users.ItemPhotoValueContentRequestBuilderPutRequestConfiguration{Headers: headers})
		return refused(err, 412, "")
	})
	check("conditions 304", func() error {
		found, err := graph.Me().Photo().Get(ctx, nil)
		if err != nil {
			return err
		}
		headers := abstractions.NewRequestHeaders()
		headers.Add("If-None-Match", *found.GetAdditionalData()["@odata.mediaEtag"].(*string))
		bytes, err := graph.Me().Photo().Content().Get(ctx, &users.ItemPhotoValueContentRequestBuilderGetRequestConfiguration{Headers: headers})
		if err != nil || len(bytes) != 0 {
			return fmt.Errorf("%d bytes, %v", len(bytes), err)
		}
		return nil
	})
	check("errors 404", func() error { return gone(graph.Users().ByUserId("reception@visage.example").Photo().Get(ctx, nil)) })
	check("errors 403", func() error {
		return refused(connect(fixed(weak)).Users().ByUserId(user).Manager().Ref().Delete(ctx, nil), 403, "")
	})
	check("errors 401", func() error {
		_, err := connect(fixed("no.token.here")).Me().Photo().Get(ctx, nil)
		return refused(err, 401, "")
	})
}

func connect(credential azcore.TokenCredential) *graphsdk.GraphServiceClient {
	auth := must(azure.NewAzureIdentityAuthenticationProviderWithScopesAndValidHosts(credential, []string{scope}, []string{"localhost"}))
	adapter := must(graphsdk.NewGraphRequestAdapter(auth))
	// Before the client is made: items of a batch keep the address that is set then.
	adapter.SetBaseUrl(base + "/v1.0")
	return graphsdk.NewGraphServiceClient(adapter)
}

func options() azcore.ClientOptions {
	return azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: base + "/"},
		Transport: trusting,
	}
}

// The SDK's own client reads SSL_CERT_FILE, before the first connection.
func trustVisage() {
	os.Setenv("SSL_CERT_FILE", os.Getenv("VISAGE_CA"))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(must(os.ReadFile(os.Getenv("VISAGE_CA"))))
	trusting = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
}

type token string

func fixed(text string) azcore.TokenCredential { return token(text) }

func (text token) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(text), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func byCode() (string, error) {
	redirect := "http://localhost:53004/"
	endpoint := base + "/" + tenant + "/oauth2/v2.0/"
	asked := url.Values{"client_id": {client}, "response_type": {"code"}, "state": {"s"}, "redirect_uri": {redirect}, "scope": {scope}}
	landed, err := url.Parse(signInAsAlice(endpoint+"authorize?"+asked.Encode(), ""))
	if err != nil {
		return "", err
	}
	answer, err := trusting.PostForm(endpoint+"token", url.Values{"grant_type": {"authorization_code"}, "client_id": {client},
		"client_secret": {"any secret"}, "redirect_uri": {redirect}, "code": {landed.Query().Get("code")}})
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var read struct {
		AccessToken string `json:"access_token"`
		Description string `json:"error_description"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&read); err != nil || read.AccessToken == "" {
		return "", fmt.Errorf("no token: %s %v", read.Description, err)
	}
	return read.AccessToken, nil
}

// Returns the address that the browser was sent to.
func signInAsAlice(address string, code string) string {
	form := url.Values{"address": {address}}
	if code != "" {
		form.Set("code", code)
	}
	answer := must(http.PostForm(os.Getenv("VISAGE_PERSON"), form))
	defer answer.Body.Close()
	return string(must(io.ReadAll(answer.Body)))
}

func pages[T interface{ GetId() *string }](graph *graphsdk.GraphServiceClient, first any, make serialization.ParsableFactory, atLeast int) error {
	iterator, err := graphcore.NewPageIterator[T](first, graph.GetAdapter(), make)
	if err != nil {
		return err
	}
	found := map[string]bool{}
	err = iterator.Iterate(ctx, func(one T) bool {
		found[*one.GetId()] = true
		return true
	})
	if err != nil || len(found) < atLeast {
		return fmt.Errorf("%d found, at least %d expected: %v", len(found), atLeast, err)
	}
	return nil
}

func gone(_ models.ProfilePhotoable, err error) error { return refused(err, 404, "ImageNotFound") }

func refused(err error, status int, code string) error {
	var refusal *odataerrors.ODataError
	if !errors.As(err, &refusal) {
		return fmt.Errorf("%d was expected: %v", status, err)
	}
	found := refusal.GetErrorEscaped()
	if refusal.ResponseStatusCode != status || *found.GetMessage() == "" || (code != "" && *found.GetCode() != code) {
		return fmt.Errorf("%d %s", refusal.ResponseStatusCode, *found.GetCode())
	}
	return nil
}

func check(name string, run func() error) {
	defer func() {
		if broken := recover(); broken != nil {
			say(map[string]string{"check": name, "failed": fmt.Sprint(broken)})
		}
	}()
	if err := run(); err != nil {
		say(map[string]string{"check": name, "failed": err.Error()})
		return
	}
	say(map[string]string{"check": name})
}

func library(name string, why string) { say(map[string]string{"check": name, "library": why}) }

func say(outcome map[string]string) {
	fmt.Println(string(must(json.Marshal(outcome))))
}

func isJpeg(bytes []byte, err error) error {
	if err != nil {
		return err
	}
	if len(bytes) < 3 || bytes[0] != 0xff || bytes[1] != 0xd8 {
		return errors.New("no JPEG")
	}
	return nil
}

func sameId(found models.Userable, err error) error {
	if err != nil {
		return err
	}
	if *found.GetId() != user {
		return errors.New("another person: " + *found.GetId())
	}
	return nil
}

func second[T any](_ T, err error) error { return err }

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
