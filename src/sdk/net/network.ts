/**
 * How this program gets to other hosts: through which proxy, and whom it trusts. Read from the environment once, and
 * handed to everything that opens a connection.
 */
import type { Agent as HttpAgent, AgentOptions as HttpAgentOptions } from "node:http";
import { type AgentOptions, Agent as HttpsAgent } from "node:https";
import { isIP } from "node:net";
import { type Duplex, duplexPair, pipeline } from "node:stream";
import { type ConnectionOptions, connect as connectTls, type SecureContext } from "node:tls";
import type { SecretRedactor } from "../secret-redactor.ts";
import { http } from "./node-http.ts";
import { badProxy, type ExemptHosts, exemptHosts, type ProxyServer, parseProxy, secretsIn } from "./proxy-setting.ts";
import { type Environment, trustedRoots } from "./trusted-roots.ts";
import { openTunnel } from "./tunnel.ts";

/** How long a proxy may take to open a connection, milliseconds. */
const tunnelTimeoutMs = 30_000;

interface NetworkParts {
  readonly https: ProxyServer | undefined;
  readonly http: ProxyServer | undefined;
  readonly isExempt: ExemptHosts;
  readonly secureContext: SecureContext | undefined;
  readonly nodeVersion: string;
}

/** The ways out of this machine. */
export class Network {
  readonly #parts: NetworkParts;

  private constructor(parts: NetworkParts) {
    this.#parts = parts;
  }

  /** No proxy, and whom Node trusts. */
  static readonly direct: Network = new Network({
    https: undefined,
    http: undefined,
    isExempt: () => true,
    secureContext: undefined,
    nodeVersion: process.versions.node,
  });

  /**
   * Reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY, of which the lower-case name counts before the other as with curl, and
   * SSL_CERT_FILE and NODE_EXTRA_CA_CERTS.
   * @param redactor learns the credentials in them.
   * @param nodeVersion without a `v`; default that of this process.
   * @throws BatonError `NET-PROXY-SETTING` or `TLS-ROOTS`.
   */
  static read(env: Environment, redactor: SecretRedactor, nodeVersion: string = process.versions.node): Network {
    const proxyIn = (name: string): ProxyServer | undefined => {
      const variable = env[name.toLowerCase()] ? name.toLowerCase() : name;
      const text = env[variable]?.trim();
      if (!text) return undefined;
      for (const secret of secretsIn(text)) redactor.add(secret);
      const { proxy, secrets } = parseProxy(text, variable);
      for (const secret of secrets) redactor.add(secret);
      return proxy;
    };
    return new Network({
      https: proxyIn("HTTPS_PROXY"),
      http: proxyIn("HTTP_PROXY"),
      isExempt: exemptHosts(env["no_proxy"] || env["NO_PROXY"] || ""),
      secureContext: trustedRoots(env),
      nodeVersion,
    });
  }

  /** The proxy on the way to a URL; undefined: none. */
  proxyFor(url: URL): ProxyServer | undefined {
    const { isExempt } = this.#parts;
    const proxy = url.protocol === "https:" ? this.#parts.https : this.#parts.http;
    return proxy && !isExempt(hostOf(url), portOf(url)) ? proxy : undefined;
  }

  /** How a TLS connection is checked. Said outright, or NODE_TLS_REJECT_UNAUTHORIZED would decide. */
  tlsOptions(): Pick<ConnectionOptions, "minVersion" | "rejectUnauthorized" | "secureContext"> {
    const { secureContext } = this.#parts;
    return { minVersion: "TLSv1.2", rejectUnauthorized: true, ...(secureContext && { secureContext }) };
  }

  /** For requests over https, to any host. */
  httpsAgent(options: AgentOptions = {}): HttpsAgent {
    return new TunnelAgent({ ...options, ...this.tlsOptions() }, this);
  }

  /**
   * For requests over plain http to the host of `url`: a proxy is sent the request itself, not asked for a connection.
   * @throws BatonError `NET-PROXY-SETTING` where this Node would pass the proxy over, and go there directly.
   */
  httpAgent(url: URL | undefined, options: HttpAgentOptions = {}): HttpAgent {
    const proxy = url && this.proxyFor(url);
    if (!proxy) return new http.Agent(options);
    const { nodeVersion } = this.#parts;
    if (!sendsThroughProxies(nodeVersion))
      throw badProxy(proxy.variable, `Node ${nodeVersion} sends no plain http through a proxy, Node 24.5 does`);
    const { authorization, shown } = proxy;
    const credentials = authorization ? Buffer.from(authorization.slice("Basic ".length), "base64").toString() : "";
    const [user = "", ...password] = credentials.split(":");
    const address = new URL(shown);
    address.username = encodeURIComponent(user);
    address.password = encodeURIComponent(password.join(":"));
    return new http.Agent({ ...options, proxyEnv: { HTTP_PROXY: address.href } });
  }

  /** A connection to the host of `url` through the proxy that is on the way; undefined when none is. */
  tunnelTo(url: URL, signal?: AbortSignal): Promise<Duplex> | undefined {
    const proxy = this.proxyFor(url);
    if (!proxy) return undefined;
    const { secureContext } = this.#parts;
    return openTunnel({
      proxy,
      host: hostOf(url),
      port: portOf(url),
      timeoutMs: tunnelTimeoutMs,
      secureContext,
      ...(signal && { signal }),
    });
  }

  /**
   * What `http2.connect` needs to get to `url`.
   * @param options trusted certificates in place of the usual ones.
   * @param ready gives a tunnel that was opened before, if there is one.
   * @param toError what a proxy's failure is turned into, before it becomes the connection's.
   */
  http2Options(
    url: URL,
    {
      ca,
      ready,
      toError = asError,
    }: { ca?: readonly string[]; ready?: () => Duplex | undefined; toError?: (caught: unknown) => Error } = {},
  ): ConnectionOptions & { createConnection?: () => Duplex } {
    const { secureContext: _, ...checked } = this.tlsOptions();
    const tls = ca ? { ...checked, ca: [...ca] } : this.tlsOptions();
    if (!this.proxyFor(url)) return tls;
    const createConnection = (): Duplex => {
      const socket = ready?.() ?? openLate((signal) => this.tunnelTo(url, signal) as Promise<Duplex>, toError);
      if (url.protocol !== "https:") return socket;
      return connectTls({ ...tls, socket, host: hostOf(url), servername: serverNameOf(url), ALPNProtocols: ["h2"] });
    };
    return { ...tls, createConnection };
  }
}

/** The option `proxyEnv` of an agent came with Node 24.5; an older one does not say that it does not know it. */
function sendsThroughProxies(nodeVersion: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  return major > 24 || (major === 24 && minor >= 5);
}

/** Connects through a proxy where one is on the way. */
class TunnelAgent extends HttpsAgent {
  readonly #network: Network;
  #ended: AbortController = new AbortController();

  constructor(options: AgentOptions, network: Network) {
    super(options);
    this.#network = network;
  }

  override createConnection(
    options: ConnectionOptions,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    const { host = "", port = 443 } = options;
    const url = new URL(`https://${host.includes(":") ? `[${host}]` : host}:${port}`);
    const tunnel = this.#network.tunnelTo(url, this.#ended.signal);
    if (!tunnel) return super.createConnection(options, callback);
    tunnel.then(
      (socket) => callback?.(null, connectTls({ ALPNProtocols: ["http/1.1"], ...options, socket })),
      // Node's own agent leaves out the socket as well when there is none.
      (error: Error) => callback?.(error, undefined as unknown as Duplex),
    );
    return undefined;
  }

  /** As every agent it can be used again. */
  override destroy(): void {
    this.#ended.abort();
    this.#ended = new AbortController();
    super.destroy();
  }
}

/** A stream that can be used at once and reaches the other side when that is there. */
function openLate(open: (signal: AbortSignal) => Promise<Duplex>, toError: (caught: unknown) => Error): Duplex {
  const [near, far] = duplexPair();
  const gone = new AbortController();
  near.once("close", () => {
    gone.abort();
    far.destroy();
  });
  open(gone.signal).then(
    (socket) => pipeline(far, socket, far, (error) => near.destroy(error ?? undefined)),
    (caught: unknown) => near.destroy(toError(caught)),
  );
  return near;
}

function asError(caught: unknown): Error {
  return caught instanceof Error ? caught : new Error(String(caught));
}

/** The host of a URL as connections take it: an address of version 6 without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

/** The port of a URL, that of its protocol where it names none. */
export function portOf(url: URL): number {
  return Number(url.port || (url.protocol === "https:" ? 443 : 80));
}

function serverNameOf(url: URL): string {
  // TLS has no names for addresses (RFC 6066).
  return isIP(hostOf(url)) === 0 ? url.hostname : "";
}
