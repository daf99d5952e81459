/** Has a proxy open a connection to a host (HTTP: CONNECT). What goes over it afterwards the proxy cannot read. */
import type { ClientRequest, IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import type { Duplex } from "node:stream";
import type { SecureContext } from "node:tls";
import { BatonError, Status } from "../errors.ts";
import { http } from "./node-http.ts";
import type { ProxyServer } from "./proxy-setting.ts";
import { certificateHint, isCertificateError } from "./trusted-roots.ts";

/** Where a tunnel leads, and how long it may take. */
export interface TunnelOptions {
  readonly proxy: ProxyServer;
  /** IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Until the tunnel stands, milliseconds. */
  readonly timeoutMs: number;
  /** What is trusted of a proxy that is spoken to over TLS; undefined: what Node trusts. */
  readonly secureContext: SecureContext | undefined;
  readonly signal?: AbortSignal;
}

/** `NET-PROXY`: the proxy opened no connection. Its message names the proxy and what it was asked for. */
export class ProxyFailure extends BatonError {
  /** True when the proxy cannot be reached or has trouble itself; false when it refused. */
  readonly isDown: boolean;

  constructor(init: { message: string; hint: string; isDown: boolean; cause?: unknown }) {
    const { message, hint, cause } = init;
    super({
      code: "NET-PROXY",
      status: Status.unavailable,
      message,
      effect: "Nothing was sent to the host.",
      hint,
      cause,
    });
    this.isDown = init.isDown;
  }
}

/** Opens a tunnel. @throws ProxyFailure, or the signal's reason. */
export async function openTunnel(options: TunnelOptions): Promise<Duplex> {
  const { signal, timeoutMs } = options;
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const request = begin(options);
  const late = setTimeout(() => request.destroy(unreachable(options, "no answer in time")), timeoutMs);
  const onAbort = (): void => void request.destroy(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  request.on("error", (error) => {
    const isOurs = error instanceof BatonError || error === signal?.reason;
    reject(isOurs ? error : broken(options, error));
  });
  request.on("connect", (answer: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { statusCode = 0 } = answer;
    if (statusCode >= 200 && statusCode <= 299) {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
      return;
    }
    // It may break off while it is being closed, which is of no more interest.
    socket.on("error", () => {}).destroy();
    reject(proxyRefusal(options, answer));
  });
  request.end();
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    signal?.removeEventListener("abort", onAbort);
  }
}

function begin({ proxy, host, port, secureContext }: TunnelOptions): ClientRequest {
  const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const options = {
    host: proxy.host,
    port: proxy.port,
    method: "CONNECT",
    path: address,
    agent: false as const,
    headers: { Host: address, ...(proxy.authorization && { "Proxy-Authorization": proxy.authorization }) },
  };
  if (!proxy.isSecure) return http.request(options);
  const tls = { rejectUnauthorized: true, minVersion: "TLSv1.2" } as const;
  return requestHttps({ ...options, ...tls, ...(secureContext && { secureContext }) });
}

/** What a proxy's own answer means, when it was asked for a connection or was handed a request. */
export function proxyRefusal(
  { proxy, host, port }: Pick<TunnelOptions, "proxy" | "host" | "port">,
  answer: IncomingMessage,
): ProxyFailure {
  const { statusCode: status = 0 } = answer;
  // The proxy's own words may be anything.
  const said = `${status} ${http.STATUS_CODES[status] ?? ""}`.trim();
  return new ProxyFailure({
    message: `the proxy ${proxy.shown} answered ${said} when it was asked for ${host}:${port}`,
    hint: hintOf(proxy, status, signInsOf(answer)),
    isDown: status >= 500,
  });
}

/** The ways to sign in that a proxy offers, such as `Negotiate` (RFC 9110: Proxy-Authenticate, a field for each). */
function signInsOf({ headersDistinct }: IncomingMessage): readonly string[] {
  const offered = headersDistinct["proxy-authenticate"] ?? [];
  return offered.flatMap((field) => /^\s*([a-z][\w-]*)(?=[\s,]|$)/i.exec(field)?.[1] ?? []);
}

function hintOf({ variable }: ProxyServer, status: number, signIns: readonly string[]): string {
  if (status === 407 && signIns.length > 0 && !signIns.some((name) => /^basic$/i.test(name))) {
    return `The proxy asks for ${signIns.join(", ")}, and only Basic is supported: name another proxy in ${variable}, such as one on this machine that signs in there.`;
  }
  if (status === 407) {
    return `Give the proxy's user and password in ${variable}, as in http://USER:PASSWORD@HOST:PORT; or correct them.`;
  }
  const exempt = "or exempt the host with NO_PROXY";
  if (status >= 500) return `The proxy could not reach the host: ask those who run it, ${exempt}.`;
  return `Ask those who run the proxy to let this machine connect to the host and port, ${exempt}.`;
}

/** No answer of a proxy came. */
function broken(options: TunnelOptions, error: Error): ProxyFailure {
  const { shown, variable, isSecure } = options.proxy;
  const cause = error;
  const code = systemCode(error);
  if (isCertificateError(error)) {
    const message = `the certificate of the proxy ${shown} cannot be trusted: ${code}`;
    return new ProxyFailure({ message, hint: certificateHint, isDown: false, cause });
  }
  if (code.startsWith("HPE_")) {
    const message = `what listens at ${shown} does not answer as a proxy does: ${code}`;
    return new ProxyFailure({ message, hint: `Check the address in ${variable}.`, isDown: false, cause });
  }
  return unreachable(options, code, {
    ...(isSecure && code === "EPROTO" && { more: `A proxy that takes plain text has http:// in ${variable}.` }),
    cause,
  });
}

function unreachable(
  { proxy, host, port }: TunnelOptions,
  reason: string,
  { more, cause }: { readonly more?: string; readonly cause?: unknown } = {},
): ProxyFailure {
  const check = `Check the address in ${proxy.variable} and whether the proxy runs, or exempt the host with NO_PROXY.`;
  return new ProxyFailure({
    message: `the proxy ${proxy.shown} cannot be reached to connect to ${host}:${port}: ${reason}`,
    hint: more === undefined ? check : `${check} ${more}`,
    isDown: true,
    cause,
  });
}

function systemCode(error: Error): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return systemCode(error.errors[0]);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
