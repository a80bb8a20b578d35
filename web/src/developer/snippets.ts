/**
 * Programs that a developer can paste and run: the photo of the token's person, read or set, with nothing but the
 * language's own library. The address and the token are the real ones.
 */

export const languages = [
  'curl',
  'javascript',
  'python',
  'csharp',
  'java',
  'go',
  'powershell',
] as const
export type SnippetLanguage = (typeof languages)[number]

/** Names of languages are the same in all languages of people. */
export const languageNames: Readonly<Record<SnippetLanguage, string>> = {
  curl: 'curl',
  javascript: 'JavaScript',
  python: 'Python',
  csharp: 'C#',
  java: 'Java',
  go: 'Go',
  powershell: 'PowerShell',
}

export const tasks = ['read', 'set'] as const
export type Task = (typeof tasks)[number]

export type Facts = Readonly<{ task: Task; address: string; token: string }>

/** `/me` for a person; an application names the person. */
export function photoAddress(base: string, user: string | undefined): string {
  return `${base}/v1.0/${user === undefined ? 'me' : `users/${user}`}/photo/$value`
}

export function writeSnippet(language: SnippetLanguage, { task, address, token }: Facts): string {
  return snippets[language][task](address, token)
}

type Write = (address: string, token: string) => string

const snippets: Readonly<Record<SnippetLanguage, Readonly<Record<Task, Write>>>> = {
  curl: {
    read: (address, token) => `curl --fail-with-body --output photo.jpg \\
  --header 'Authorization: Bearer ${token}' \\
  '${address}'`,
    set: (address, token) => `curl --fail-with-body --request PUT \\
  --header 'Authorization: Bearer ${token}' \\
  --header 'Content-Type: image/jpeg' \\
  --data-binary @photo.jpg \\
  '${address}'`,
  },
  javascript: {
    read: (address, token) => `import { writeFile } from 'node:fs/promises'

const answer = await fetch('${address}', {
  headers: { authorization: 'Bearer ${token}' },
})
if (!answer.ok) throw new Error(await answer.text())
await writeFile('photo.jpg', new Uint8Array(await answer.arrayBuffer()))`,
    set: (address, token) => `import { readFile } from 'node:fs/promises'

const answer = await fetch('${address}', {
  method: 'PUT',
  headers: {
    authorization: 'Bearer ${token}',
    'content-type': 'image/jpeg',
  },
  body: await readFile('photo.jpg'),
})
if (!answer.ok) throw new Error(await answer.text())`,
  },
  python: {
    read: (address, token) => `from urllib.request import Request, urlopen

request = Request(
    "${address}",
    headers={"Authorization": "Bearer ${token}"},
)
with urlopen(request) as answer, open("photo.jpg", "wb") as file:
    file.write(answer.read())`,
    set: (address, token) => `from urllib.request import Request, urlopen

request = Request(
    "${address}",
    method="PUT",
    data=open("photo.jpg", "rb").read(),
    headers={
        "Authorization": "Bearer ${token}",
        "Content-Type": "image/jpeg",
    },
)
urlopen(request).close()`,
  },
  csharp: {
    read: (address, token) => `using System.Net.Http.Headers;

using var client = new HttpClient();
client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
    "Bearer", "${token}");
var photo = await client.GetByteArrayAsync("${address}");
await File.WriteAllBytesAsync("photo.jpg", photo);`,
    set: (address, token) => `using System.Net.Http.Headers;

using var client = new HttpClient();
client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
    "Bearer", "${token}");
var photo = new ByteArrayContent(await File.ReadAllBytesAsync("photo.jpg"));
photo.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
var answer = await client.PutAsync("${address}", photo);
answer.EnsureSuccessStatusCode();`,
  },
  java: {
    read: (address, token) => `import java.net.URI;
import java.net.http.*;
import java.nio.file.Path;

class Photo {
  public static void main(String[] arguments) throws Exception {
    var request = HttpRequest.newBuilder(URI.create("${address}"))
        .header("Authorization", "Bearer ${token}")
        .build();
    var answer = HttpClient.newHttpClient()
        .send(request, HttpResponse.BodyHandlers.ofFile(Path.of("photo.jpg")));
    System.out.println(answer.statusCode());
  }
}`,
    set: (address, token) => `import java.net.URI;
import java.net.http.*;
import java.nio.file.Path;

class Photo {
  public static void main(String[] arguments) throws Exception {
    var request = HttpRequest.newBuilder(URI.create("${address}"))
        .header("Authorization", "Bearer ${token}")
        .header("Content-Type", "image/jpeg")
        .PUT(HttpRequest.BodyPublishers.ofFile(Path.of("photo.jpg")))
        .build();
    var answer = HttpClient.newHttpClient()
        .send(request, HttpResponse.BodyHandlers.ofString());
    System.out.println(answer.statusCode() + answer.body());
  }
}`,
  },
  go: {
    read: (address, token) => `package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
)

func main() {
	request, _ := http.NewRequest("GET", "${address}", nil)
	request.Header.Set("Authorization", "Bearer ${token}")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	photo, _ := io.ReadAll(answer.Body)
	fmt.Println(answer.Status)
	os.WriteFile("photo.jpg", photo, 0o644)
}`,
    set: (address, token) => `package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	photo, err := os.Open("photo.jpg")
	if err != nil {
		panic(err)
	}
	request, _ := http.NewRequest("PUT", "${address}", photo)
	request.Header.Set("Authorization", "Bearer ${token}")
	request.Header.Set("Content-Type", "image/jpeg")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.Status)
}`,
  },
  powershell: {
    read: (address, token) => `Invoke-RestMethod '${address}' \`
  -Headers @{ Authorization = 'Bearer ${token}' } \`
  -OutFile photo.jpg`,
    set: (address, token) => `Invoke-RestMethod '${address}' -Method Put \`
  -Headers @{ Authorization = 'Bearer ${token}' } \`
  -ContentType image/jpeg -InFile photo.jpg`,
  },
}
