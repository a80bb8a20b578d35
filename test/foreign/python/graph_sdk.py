"""msgraph-sdk with azure-identity and msal, pointed at Visage as docs/clients.md says."""

import asyncio
import base64
import ssl
import threading

import httpx
import msal
from azure.core.credentials import AccessToken
from azure.identity import ClientSecretCredential, DeviceCodeCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph.graph_request_adapter import options
from msgraph_core import GraphClientFactory
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem
from msgraph_core.tasks.page_iterator import PageIterator

from checks import (
    ca,
    check,
    client,
    contact,
    group,
    is_jpeg,
    picture,
    same,
    say,
    sign_in_as_alice,
    tenant,
    url,
    user,
)

graph_scope = "https://graph.microsoft.com/.default"


def connect(credential):
    trusting = httpx.AsyncClient(verify=ssl.create_default_context(cafile=ca), timeout=60)
    http = GraphClientFactory.create_with_default_middleware(client=trusting, options=options)
    auth = AzureIdentityAuthenticationProvider(
        credential, scopes=[graph_scope], allowed_hosts=["localhost"]
    )
    adapter = GraphRequestAdapter(auth, client=http)
    adapter.base_url = url + "/v1.0"
    return GraphServiceClient(request_adapter=adapter)


class Token:
    """A token that was got elsewhere, here by msal."""

    def __init__(self, text):
        self.text = text

    def get_token(self, *scopes, **more):
        return AccessToken(self.text, 4_000_000_000)


def by_code():
    redirect = "http://localhost:53001/"
    app = msal.PublicClientApplication(
        client, authority=f"{url}/{tenant}", instance_discovery=False, verify=ca
    )
    flow = app.initiate_auth_code_flow([graph_scope], redirect_uri=redirect)
    landed = sign_in_as_alice(flow["auth_uri"])
    query = dict(httpx.URL(landed).params)
    return app.acquire_token_by_auth_code_flow(flow, query)["access_token"]


def by_device_code():
    def prompt(address, code, expires):
        threading.Thread(target=sign_in_as_alice, args=(address, code)).start()

    credential = DeviceCodeCredential(
        client,
        tenant_id=tenant,
        authority=url,
        disable_instance_discovery=True,
        connection_verify=ca,
        prompt_callback=prompt,
    )
    return credential.get_token("https://graph.microsoft.com/User.ReadWrite").token


def headers(**named):
    configuration = RequestConfiguration()
    for name, value in named.items():
        configuration.headers.add(name.replace("_", "-"), value)
    return configuration


async def refused(call, status, code=None):
    try:
        await call
    except ODataError as error:
        same(error.response_status_code, status, "status")
        if code:
            same(error.error.code, code, "code")
        if not error.error.message:
            raise AssertionError("no words")
        return
    raise AssertionError(f"{status} was expected")


async def main():
    application = connect(
        ClientSecretCredential(
            tenant,
            client,
            "any secret",
            authority=url,
            disable_instance_discovery=True,
            connection_verify=ca,
        )
    )

    async def app_reads():
        same((await application.users.by_user_id(user).get()).id, user)

    await check("application secret", app_reads)

    async def device():
        me = await connect(Token(by_device_code())).me.get()
        same(me.id, user)

    await check("person device code", device)

    tokens = []

    async def code():
        tokens.append(by_code())
        same((await connect(Token(tokens[0])).me.get()).id, user)

    await check("person code", code)
    graph = connect(Token(tokens[0]))
    photos = {
        "user": graph.me.photo,
        "group": graph.groups.by_group_id(group).photo,
        "team": graph.teams.by_team_id(group).photo,
        "contact": graph.me.contacts.by_contact_id(contact).photo,
    }
    for name, photo in photos.items():

        async def upload(photo=photo):
            await photo.content.put(picture)

        async def read(photo=photo):
            is_jpeg(await photo.content.get())

        async def describe(photo=photo):
            found = await photo.get()
            same((found.width, found.height), (648, 648))
            if not found.additional_data["@odata.mediaEtag"]:
                raise AssertionError("no @odata.mediaEtag")

        await check(f"upload {name}", upload)
        await check(f"bytes {name}", read)
        await check(f"metadata {name}", describe)
    sizes = {
        "user": graph.me.photos,
        "group": graph.groups.by_group_id(group).photos,
    }
    for name, photos_of in sizes.items():

        async def read_sizes(photos_of=photos_of):
            found = (await photos_of.get()).value
            same(len(found), 9, "sizes")
            is_jpeg(await photos_of.by_profile_photo_id("96x96").content.get())

        await check(f"sizes {name}", read_sizes)
    # The SDK has no /teams/{id}/photos, as Graph has none in its reference.
    say("sizes team", library="no such call in the SDK")

    async def page_through(first, expected):
        found = []
        iterator = PageIterator(first, graph.request_adapter)
        await iterator.iterate(lambda one: found.append(one) or True)
        if len(found) < expected or len({one.id for one in found}) != len(found):
            raise AssertionError(f"{len(found)} found, at least {expected} expected")

    async def list_users():
        top = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(top=7)
        await page_through(await graph.users.get(RequestConfiguration(query_parameters=top)), 38)

    async def list_groups():
        await page_through(await graph.groups.get(), 5)

    async def list_contacts():
        await page_through(await graph.me.contacts.get(), 2)

    await check("list users", list_users)
    await check("list groups", list_groups)
    await check("list contacts", list_contacts)

    async def batch_read():
        content = BatchRequestContent()
        for path in ("/me", "/me/photo"):
            item = RequestInformation()
            item.http_method = Method.GET
            item.url = path
            content.add_request_information(item)
        answers = await graph.batch.post(batch_request_content=content)
        same([one.status for one in answers.responses.values()], [200, 200])

    async def batch_photo():
        """The library decodes bytes as UTF-8; base64 text of an item of our own arrives."""

        class Photo(BatchRequestItem):
            def serialize(self, writer):
                writer.write_str_value("id", self.id)
                writer.write_str_value("method", self.method)
                writer.write_str_value("url", self.url)
                writer.write_additional_data_value({"headers": {"content-type": "image/jpeg"}})
                writer.write_str_value("body", base64.b64encode(picture).decode())

        item = RequestInformation()
        item.http_method = Method.PUT
        item.url = "/me/photo/$value"
        content = BatchRequestContent()
        content.add_request(None, Photo(item))
        answers = await graph.batch.post(batch_request_content=content)
        same([one.status for one in answers.responses.values()], [200])

    await check("batch read", batch_read)
    await check("batch photo", batch_photo)

    async def stale():
        await refused(graph.me.photo.content.put(picture, headers(If_Match='"stale"')), 412)

    async def unchanged():
        etag = (await graph.me.photo.get()).additional_data["@odata.mediaEtag"]
        same(await graph.me.photo.content.get(headers(If_None_Match=etag)), None)

    await check("conditions 412", stale)
    await check("conditions 304", unchanged)

    async def missing():
        photo = graph.users.by_user_id("reception@visage.example").photo
        await refused(photo.get(), 404, "ImageNotFound")

    async def forbidden():
        weak = connect(Token(by_device_code()))
        await refused(weak.users.by_user_id(user).manager.ref.delete(), 403)

    async def nobody():
        await refused(connect(Token("no.token.here")).me.photo.get(), 401)

    await check("errors 404", missing)
    await check("errors 403", forbidden)
    await check("errors 401", nobody)

    async def retried_read():
        is_jpeg(await graph.groups.by_group_id(group).photos.by_profile_photo_id("48x48").content.get())

    await check("retry GET", retried_read)
    # The SDK does not repeat a PUT of application/octet-stream.
    say("retry PUT", library="the SDK repeats no PUT of bytes")

    async def remove(photo):
        await photo.delete()
        await refused(photo.get(), 404, "ImageNotFound")

    await check("remove user", lambda: remove(photos["user"]))
    await check("remove group", lambda: remove(photos["group"]))


asyncio.run(main())
