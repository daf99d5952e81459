/** Where a collector is and how it is spoken to, from text and files. Opens no connection. */
import { readFileSync } from "node:fs";
import { BatonError, Status } from "../errors.ts";

/** What is asked for; texts as in the flags. */
export interface CollectorSettings {
  /** `host:port`, or with `http://` or `https://` before it. */
  readonly endpoint: string;
  /** Without TLS. */
  readonly insecure: boolean;
  /** PEM certificates, as text and as a file; "" for none. Without any the usual authorities are trusted. */
  readonly cert: string;
  readonly certPath: string;
}

/** A collector. */
export interface Collector {
  /** `http://host:port` or `https://host:port`. */
  readonly origin: string;
  readonly ca: readonly string[] | undefined;
}

/**
 * Reads the settings.
 * @throws BatonError `BATON-OTEL-ENDPOINT` or `BATON-OTEL-CERT`.
 */
export function readCollector(settings: CollectorSettings): Collector {
  const ca = [settings.cert, settings.certPath && readCert(settings.certPath)].filter((text) => text !== "");
  if (ca.some((text) => !text.includes("-----BEGIN CERTIFICATE-----"))) throw badCert("it holds no PEM certificate");
  return { origin: originOf(settings), ca: ca.length > 0 ? ca : undefined };
}

function originOf({ endpoint, insecure }: CollectorSettings): string {
  const hasScheme = /^https?:\/\//i.test(endpoint);
  const url = URL.parse(hasScheme ? endpoint : `${insecure ? "http" : "https"}://${endpoint}`);
  if (!url || url.hostname === "" || url.username !== "" || url.pathname !== "/" || url.search !== "") {
    throw new BatonError({
      code: "BATON-OTEL-ENDPOINT",
      status: Status.unknown,
      message: `${JSON.stringify(endpoint)} is no address of a collector`,
      effect: "Nothing was started.",
      hint: "Give host:port of a collector that takes OTLP over gRPC, usually port 4317.",
    });
  }
  if (hasScheme && insecure) url.protocol = "http:";
  return url.origin;
}

function readCert(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw badCert(`${path}: ${(cause as NodeJS.ErrnoException).code ?? "it cannot be read"}`, cause);
  }
}

function badCert(reason: string, cause?: unknown): BatonError {
  return new BatonError({
    code: "BATON-OTEL-CERT",
    status: Status.unknown,
    message: `the certificates for the collector cannot be used: ${reason}`,
    effect: "Nothing was started.",
    hint: "Give PEM certificates, or remove the --otel-collector-endpoint-tls-cert flags.",
    cause,
  });
}
