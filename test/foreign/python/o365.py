"""python-o365 with msal, pointed at Visage as docs/clients.md says. It has calls for a person's own photo only."""

import asyncio

import msal
from O365 import Account, MSGraphProtocol
from O365.utils.token import MemoryTokenBackend

from checks import ca, check, client, is_jpeg, picture, same, say, sign_in_as_alice, tenant, url


class VisageProtocol(MSGraphProtocol):
    _protocol_url = url + "/"

    def __init__(self, **more):
        super().__init__(**more)
        self.protocol_url = self._protocol_url
        self.service_url = f"{url}/v1.0/"


def sign_in():
    account = Account(
        (client, "any secret"),
        tenant_id=tenant,
        protocol=VisageProtocol(),
        verify_ssl=ca,
        token_backend=MemoryTokenBackend(),
    )
    account.con._msal_client = msal.ConfidentialClientApplication(
        client,
        client_credential="any secret",
        authority=f"{url}/{tenant}",
        instance_discovery=False,
        verify=ca,
        token_cache=account.con.token_backend,
    )
    scopes = [
        f"https://graph.microsoft.com/{name}"
        for name in ("User.ReadWrite", "User.ReadBasic.All", "Contacts.ReadWrite")
    ]
    redirect = "http://localhost:53002/"
    address, flow = account.con.get_authorization_url(requested_scopes=scopes, redirect_uri=redirect)
    if not account.con.request_token(sign_in_as_alice(address), flow=flow, redirect_uri=redirect):
        raise AssertionError("no token")
    return account


async def main():
    accounts = []

    async def code():
        accounts.append(sign_in())

    await check("person code", code)
    account = accounts[0]
    me = account.directory(resource="me").get_current_user()

    async def upload():
        same(me.update_profile_photo(picture), True)

    async def read():
        is_jpeg(me.get_profile_photo())

    async def read_size():
        is_jpeg(me.get_profile_photo(size="96x96"))

    async def list_users():
        found = list(account.directory(resource="users").get_users(limit=20, batch=7))
        same(len(found), 20)

    async def list_contacts():
        found = list(account.address_book().get_contacts(limit=None))
        if len(found) < 2:
            raise AssertionError(f"{len(found)} contacts")

    await check("upload user", upload)
    await check("bytes user", read)
    await check("sizes user", read_size)
    await check("list users", list_users)
    await check("list contacts", list_contacts)
    say("*", library="no call for it")


asyncio.run(main())
