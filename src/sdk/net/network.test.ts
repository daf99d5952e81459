import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { connect as connectHttp2, createServer as createPlainServer, createSecureServer } from "node:http2";
import { get as getHttps } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeCertificates } from "../../../sandbox/c1/certificate.ts";
import { ForwardProxy } from "../../../test/support/forward-proxy.ts";
import { SecretRedactor } from "../secret-redactor.ts";
import { Network } from "./network.ts";

const directory = mkdtempSync(join(tmpdir(), "network-"));
after(() => rmSync(directory, { recursive: true, force: true }));
const { authority, certificate: cert, privateKey: key } = makeCertificates(["api.example.test", "127.0.0.1"]);
const caFile = join(directory, "ca.pem");
writeFileSync(caFile, authority);

const secure = createSecureServer({ cert, key, allowHTTP1: true }, (_request, response) => response.end("hello"));
const plain = createHttpServer((request, response) => response.end(`${request.method} ${request.url}`));
const plainHttp2 = createPlainServer((_request, response) => response.end("hello"));
const servers: readonly Server[] = [secure, plain, plainHttp2];
for (const server of servers) await once(server.listen(0, "127.0.0.1").unref(), "listening");

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function networkOf(env: Readonly<Record<string, string>>): { network: Network; redactor: SecretRedactor } {
  const redactor = new SecretRedactor();
  return { network: Network.read({ SSL_CERT_FILE: caFile, ...env }, redactor), redactor };
}

async function getOver(network: Network, url: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const agent = network.httpsAgent({ keepAlive: true });
  getHttps(url, { agent }, (answer) => {
    answer.setEncoding("utf8").once("data", resolve).once("error", reject);
  }).once("error", reject);
  return await promise.finally(() => agent.destroy());
}

async function getOverHttp2(network: Network, origin: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const session = connectHttp2(origin, network.http2Options(new URL(origin)));
  session.on("error", reject);
  const stream = session.request({ ":path": "/" });
  stream
    .setEncoding("utf8")
    .once("data", resolve)
    .on("error", () => {});
  return await promise.finally(() => session.destroy());
}

const passwords = ["plain", "pa#ss", "p@ss:w/rd?", "per%25cent", "pässwört"];

for (const password of passwords) {
  test(`a proxy with the password ${password} opens a connection, for HTTP/1 and HTTP/2`, async () => {
    const credentials = `user:${decodeURIComponent(password)}`;
    await using proxy = await ForwardProxy.start({ to: portOf(secure), credentials });
    const { network } = networkOf({ https_proxy: `user:${password}@127.0.0.1:${proxy.port}` });
    assert.equal(await getOver(network, "https://api.example.test/"), "hello");
    assert.equal(await getOverHttp2(network, "https://api.example.test:8443"), "hello");
    assert.deepEqual(proxy.tunnels, ["api.example.test:443", "api.example.test:8443"]);
    assert.equal(proxy.refused, 0);
  });
}

test("a proxy that is spoken to over TLS opens connections", async () => {
  await using proxy = await ForwardProxy.start({ to: portOf(secure), credentials: "user:secret", tls: { cert, key } });
  const { network } = networkOf({ HTTPS_PROXY: `https://user:secret@127.0.0.1:${proxy.port}` });
  assert.equal(await getOver(network, "https://api.example.test/"), "hello");
  assert.equal(await getOverHttp2(network, "https://api.example.test"), "hello");
  assert.equal(proxy.tunnels.length, 2);
});

test("HTTP/2 in plain text goes through the proxy for http", async () => {
  await using proxy = await ForwardProxy.start({ to: portOf(plainHttp2) });
  const { network } = networkOf({ HTTP_PROXY: `127.0.0.1:${proxy.port}`, HTTPS_PROXY: "127.0.0.1:9" });
  assert.equal(await getOverHttp2(network, "http://collector.example.test:4317"), "hello");
  assert.deepEqual(proxy.tunnels, ["collector.example.test:4317"]);
});

test("a plain request is handed to the proxy for http as a whole, with its password", async () => {
  await using proxy = await ForwardProxy.start({ to: portOf(plain), credentials: "user:p@ss#word" });
  const { network } = networkOf({ HTTP_PROXY: `http://user:p@ss#word@127.0.0.1:${proxy.port}` });
  const url = new URL("http://files.example.test:9000/bucket?x=1");
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const agent = network.httpAgent(url);
  const { http } = await import("./node-http.ts");
  http.get(url, { agent }, (answer) => answer.setEncoding("utf8").once("data", resolve)).once("error", reject);
  assert.equal(await promise, "GET /bucket?x=1");
  assert.deepEqual(proxy.requests, ["http://files.example.test:9000/bucket?x=1"]);
  agent.destroy();
});

test("a Node that would pass the proxy by is refused for plain requests, and only where a proxy is on the way", () => {
  const env = { HTTP_PROXY: "http://user:secret@127.0.0.1:1", NO_PROXY: "exempt.example.test" };
  const url = new URL("http://files.example.test/");
  for (const version of ["24.0.0", "24.4.1"]) {
    const network = Network.read(env, new SecretRedactor(), version);
    assert.throws(
      () => network.httpAgent(url),
      (error: Error) => {
        assert.match(
          error.message,
          /HTTP_PROXY .* Node 24\.[04]\.\d sends no plain http through a proxy, Node 24\.5 does/,
        );
        return !error.message.includes("secret");
      },
    );
    network.httpAgent(new URL("http://exempt.example.test/")).destroy();
    network.httpsAgent().destroy();
  }
  for (const version of ["24.5.0", "24.21.0", "26.0.0"]) {
    Network.read(env, new SecretRedactor(), version).httpAgent(url).destroy();
  }
});

test("the lower-case variable counts before the other, and an exempt host is asked directly", async () => {
  const { network } = networkOf({
    HTTPS_PROXY: "upper:1",
    https_proxy: "lower:2",
    no_proxy: "b.test",
    NO_PROXY: "a.test",
  });
  assert.equal(network.proxyFor(new URL("https://a.test"))?.shown, "http://lower:2");
  assert.equal(network.proxyFor(new URL("https://a.test"))?.variable, "https_proxy");
  assert.equal(network.proxyFor(new URL("https://b.test")), undefined);
  assert.equal(network.proxyFor(new URL("http://a.test")), undefined);
  assert.equal(await getOver(network, `https://127.0.0.1:${portOf(secure)}/`), "hello");
});

const refusals = [
  [407, /answered 407 Proxy Authentication Required/, /user and password in HTTPS_PROXY/i],
  [403, /answered 403 Forbidden/, /those who run the proxy/],
  [502, /answered 502 Bad Gateway/, /NO_PROXY/],
] as const;

for (const [refuse, message, hint] of refusals) {
  test(`a proxy that answers ${refuse} is what the error names`, async () => {
    await using proxy = await ForwardProxy.start({ to: 1, refuse });
    const { network, redactor } = networkOf({ HTTPS_PROXY: `http://user:secret-word@127.0.0.1:${proxy.port}` });
    for (const get of [getOver, getOverHttp2]) {
      await assert.rejects(
        get(network, "https://api.example.test"),
        (error: Error & { code?: string; hint?: string }) => {
          assert.equal(error.code, "NET-PROXY");
          assert.match(error.message, message);
          assert.match(error.message, new RegExp(`http://127\\.0\\.0\\.1:${proxy.port} .*api\\.example\\.test:443`));
          assert.match(error.hint ?? "", hint);
          return true;
        },
      );
    }
    assert.equal(redactor.redact("secret-word"), "[REDACTED]");
  });
}

test("a proxy that is not there is what the error names", async () => {
  const proxy = await ForwardProxy.start({ to: 1 });
  const { port } = proxy;
  await proxy[Symbol.asyncDispose]();
  const { network } = networkOf({ HTTPS_PROXY: `127.0.0.1:${port}` });
  for (const get of [getOver, getOverHttp2]) {
    const expected = {
      code: "NET-PROXY",
      message: new RegExp(`127\\.0\\.0\\.1:${port} cannot be reached .*ECONNREFUSED`),
    };
    await assert.rejects(get(network, "https://api.example.test"), expected);
  }
});

const oddities: readonly { what: string; answers: string; scheme?: string; message: RegExp; hint: RegExp }[] = [
  {
    what: "asks for a way to sign in that is not supported",
    answers:
      "HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n",
    message: /answered 407/,
    hint: /asks for Negotiate, NTLM, and only Basic is supported/,
  },
  {
    what: "asks for Basic among others",
    answers:
      'HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n',
    message: /answered 407/,
    hint: /user and password in HTTPS_PROXY/,
  },
  {
    what: "is another kind of server",
    answers: "SSH-2.0-server\r\n",
    message: /does not answer as a proxy/,
    hint: /HTTPS_PROXY/,
  },
  {
    what: "speaks no TLS although its address says so",
    scheme: "https",
    answers: "HTTP/1.1 400 Bad Request\r\n\r\n",
    message: /cannot be reached/,
    hint: /http:\/\/ in HTTPS_PROXY/,
  },
  { what: "says nothing and hangs up", answers: "", message: /cannot be reached/, hint: /whether the proxy runs/ },
];

for (const { what, answers, scheme = "http", message, hint } of oddities) {
  test(`a proxy that ${what} is what the error names`, async () => {
    const proxy = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(answers));
    });
    await once(proxy.listen(0, "127.0.0.1").unref(), "listening");
    const { network } = networkOf({ HTTPS_PROXY: `${scheme}://user:word@127.0.0.1:${portOf(proxy)}` });
    await assert.rejects(getOver(network, "https://api.example.test"), (error: Error & { hint?: string }) => {
      assert.match(error.message, message);
      assert.match(error.message, new RegExp(`${scheme}://127\\.0\\.0\\.1:${portOf(proxy)} `));
      assert.match(error.hint ?? "", hint);
      return true;
    });
  });
}

test("a proxy over TLS whose certificate is not trusted is named, and where to trust it", async () => {
  await using proxy = await ForwardProxy.start({ to: portOf(secure), tls: { cert, key } });
  const network = Network.read({ HTTPS_PROXY: `https://127.0.0.1:${proxy.port}` }, new SecretRedactor());
  await assert.rejects(getOver(network, "https://api.example.test"), {
    code: "NET-PROXY",
    message: /the certificate of the proxy https:\S+ cannot be trusted: UNABLE_TO_VERIFY_LEAF_SIGNATURE/,
    hint: /NODE_EXTRA_CA_CERTS/,
  });
});

test("a host behind the proxy must prove who it is, as without a proxy", async () => {
  await using proxy = await ForwardProxy.start({ to: portOf(secure) });
  const { network } = networkOf({ HTTPS_PROXY: `127.0.0.1:${proxy.port}` });
  for (const get of [getOver, getOverHttp2]) {
    await assert.rejects(get(network, "https://other.example.test"), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  }
  const strict = Network.read({ HTTPS_PROXY: `127.0.0.1:${proxy.port}` }, new SecretRedactor());
  for (const get of [getOver, getOverHttp2]) {
    await assert.rejects(get(strict, "https://api.example.test"), { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
  }
});

for (const variable of ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"]) {
  test(`${variable} is trusted where it holds certificates, and refused by name where it does not`, async () => {
    const trusting = Network.read({ [variable]: caFile }, new SecretRedactor());
    assert.equal(await getOver(trusting, `https://127.0.0.1:${portOf(secure)}/`), "hello");
    const notPem = join(directory, "not.pem");
    writeFileSync(notPem, "hello");
    const damaged = join(directory, "damaged.pem");
    writeFileSync(damaged, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    mkdirSync(join(directory, "empty"), { recursive: true });
    for (const path of [notPem, damaged, join(directory, "missing.pem"), join(directory, "empty")]) {
      const expected = { code: "TLS-ROOTS", message: new RegExp(`${path}, which ${variable} names`) };
      assert.throws(() => Network.read({ [variable]: path }, new SecretRedactor()), expected);
    }
  });
}
