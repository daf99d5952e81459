/**
 * Errors on their way through gRPC and back: a BatonError keeps its status as the code, and what gRPC has no place for
 * travels in trailers that other programs pass over. Knows neither services nor messages.
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { BatonError, Status, toBatonError } from "../errors.ts";
import { certificateHint, isCertificateError } from "../net/trusted-roots.ts";
import { RateLimitDescriptionSchema } from "../proto/gen/c1/connector/v2/annotation_ratelimit_pb.ts";

const trailer = {
  codeKey: "baton-code",
  effectKey: "baton-effect",
  hintKey: "baton-hint",
  fatalKey: "baton-fatal",
} as const;

/** Characters; three times as many bytes, and more beyond ASCII, when they are written for a trailer. */
const longestText = 1000;

/**
 * What a server throws so that a client gets the error. The time to come back at, if there is one, goes along as a
 * RateLimitDescription, where Go syncers look for it.
 */
export function toRpcError(caught: unknown): ConnectError {
  if (caught instanceof ConnectError) {
    const { rawMessage, code, metadata } = caught;
    return rawMessage.length > longestText ? new ConnectError(short(rawMessage), code, metadata) : caught;
  }
  const error = toBatonError(caught);
  const metadata = new Headers({ [trailer.codeKey]: error.code });
  if (error.effect) metadata.set(trailer.effectKey, encodeURIComponent(short(error.effect)));
  if (error.hint) metadata.set(trailer.hintKey, encodeURIComponent(short(error.hint)));
  if (error.fatal) metadata.set(trailer.fatalKey, "true");
  const details =
    error.retryAtMs === undefined
      ? []
      : [{ desc: RateLimitDescriptionSchema, value: { resetAt: timestamp(error.retryAtMs) } }];
  return new ConnectError(short(error.message), codeOf(error.status), metadata, details);
}

/** As much as trailers surely take: a text that quotes what was asked can be of any length, and would end the connection. */
function short(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…`.toWellFormed() : text;
}

/**
 * What a client makes of a failed call.
 * @param code stable code for errors that name none themselves, those of other servers and of the network.
 * @param what the call in words; goes in front of the message.
 */
export function fromRpcError(caught: unknown, code: string, what: string): BatonError {
  if (caught instanceof BatonError) return caught;
  const error = ConnectError.from(caught);
  if (error.cause instanceof BatonError) return error.cause;
  const { metadata } = error;
  const effect = decoded(metadata.get(trailer.effectKey));
  const hint = decoded(metadata.get(trailer.hintKey)) ?? (isCertificateError(error) ? certificateHint : undefined);
  const retryAtMs = resetTime(error);
  return new BatonError({
    code: metadata.get(trailer.codeKey) ?? code,
    status: isLostConnection(error) ? Status.unavailable : statusOf(error.code),
    message: metadata.has(trailer.codeKey) ? error.rawMessage : `${what}: ${error.rawMessage}`,
    effect,
    hint,
    retryAtMs,
    fatal: metadata.get(trailer.fatalKey) === "true",
    cause: caught,
  });
}

/** Codes of Node's streams and HTTP/2 that stand for a connection that ended under a call. */
const lostStreams: ReadonlySet<unknown> = new Set([
  "ERR_HTTP2_GOAWAY_SESSION",
  "ERR_HTTP2_INVALID_SESSION",
  "ERR_HTTP2_INVALID_STREAM",
  "ERR_HTTP2_STREAM_CANCEL",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_STREAM_WRITE_AFTER_END",
]);

/** True for what the network did: the library calls some of it aborted or internal, as if the server had said so. */
function isLostConnection({ code, cause, metadata }: ConnectError): boolean {
  if (code !== Code.Aborted && code !== Code.Internal) return false;
  // The library's own word for an answer that ended before its status: the connection broke between the two.
  if (code === Code.Internal && cause === undefined && !metadata.has("grpc-status")) return true;
  for (let reason = cause; reason instanceof Error; reason = reason.cause) {
    if (!("code" in reason)) continue;
    if (lostStreams.has(reason.code) || "syscall" in reason || reason.code === "ECONNRESET") return true;
  }
  return false;
}

/** OK is no error, and code 0 would say so. */
function codeOf(status: Status): Code {
  return status === Status.ok ? Code.Internal : status;
}

function statusOf(code: Code): Status {
  return Object.values(Status).find((status) => status === Number(code)) ?? Status.unknown;
}

function timestamp(ms: number): { seconds: bigint; nanos: number } {
  const seconds = Math.floor(ms / 1000);
  return { seconds: BigInt(seconds), nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

function resetTime(error: ConnectError): number | undefined {
  const [description] = error.findDetails(RateLimitDescriptionSchema);
  const reset = description?.resetAt;
  return reset && Number(reset.seconds) * 1000 + Math.floor(reset.nanos / 1e6);
}

function decoded(value: string | null): string | undefined {
  if (value === null) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    // Another program's trailer of the same name: shown as it came.
    return value;
  }
}
