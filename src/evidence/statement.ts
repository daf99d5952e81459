/**
 * What is signed: an in-toto statement about the members of a pack and the file that it was made of, in a DSSE envelope.
 * Facts of both formats: in-toto Attestation Framework v1 (Statement), DSSE v1 (envelope, PAE).
 */
import { type KeyObject, sign, verify } from "node:crypto";
import { isJsonObject, parseJsonObject } from "../sdk/json-object.ts";
import { keyIdOf } from "./keys.ts";

const statementType = "https://in-toto.io/Statement/v1";
/** A name of our own; what is under `predicate` is the summary of the pack. */
const predicateType = "urn:baton:access-evidence:v1";
const payloadType = "application/vnd.in-toto+json";

/** A thing by its hash. */
export interface Subject {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

/** The statement. */
export interface Statement {
  readonly _type: string;
  readonly subject: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: Readonly<Record<string, unknown>>;
}

/** A signed statement as it is stored. */
interface Envelope {
  readonly payloadType: string;
  /** Base64. */
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** States the hashes of `subject`. */
export function statementText(subject: readonly Subject[], predicate: Statement["predicate"]): string {
  const statement: Statement = { _type: statementType, subject, predicateType, predicate };
  return `${JSON.stringify(statement)}\n`;
}

/** The statement's text in a signed envelope. */
export function envelopeText(statement: string, key: KeyObject): string {
  const payload = Buffer.from(statement);
  const sig = sign(null, preAuthentication(payload), key).toString("base64");
  const signatures = [{ keyid: keyIdOf(key), sig }];
  return `${JSON.stringify({ payloadType, payload: payload.toString("base64"), signatures } satisfies Envelope, undefined, 2)}\n`;
}

/** An envelope as it was read. */
export interface OpenedEnvelope {
  /** Text of the statement. */
  readonly statement: string;
  /** Of the keys that it says it is signed with. */
  readonly keyIds: readonly string[];
  isSignedWith(key: KeyObject): boolean;
}

/** Takes an envelope apart; undefined for a text that is none. */
export function openEnvelope(text: string): OpenedEnvelope | undefined {
  const envelope = parseJsonObject(text) as Partial<Envelope> | undefined;
  const { payload, signatures, payloadType: type } = envelope ?? {};
  if (type !== payloadType || typeof payload !== "string" || !Array.isArray(signatures)) return undefined;
  const all = signatures as readonly (Partial<Envelope["signatures"][number]> | null)[];
  if (!all.every((one) => typeof one?.keyid === "string" && typeof one.sig === "string")) return undefined;
  const bytes = Buffer.from(payload, "base64");
  return {
    statement: bytes.toString("utf8"),
    keyIds: all.map((one) => one?.keyid ?? ""),
    isSignedWith: (key) =>
      all.some((one) => {
        const signature = Buffer.from(one?.sig ?? "", "base64");
        return one?.keyid === keyIdOf(key) && verify(null, preAuthentication(bytes), key, signature);
      }),
  };
}

/** The statement in a text; undefined for anything else. */
export function parseStatement(text: string): Statement | undefined {
  const statement = parseJsonObject(text) as Partial<Statement> | undefined;
  const isOurs = statement?._type === statementType && statement.predicateType === predicateType;
  const { subject, predicate } = statement ?? {};
  const isWhole = isOurs && Array.isArray(subject) && isJsonObject(predicate);
  if (
    !isWhole ||
    !subject?.every(
      (one: Partial<Subject> | null) => typeof one?.name === "string" && typeof one.digest?.sha256 === "string",
    )
  )
    return undefined;
  return statement as Statement;
}

/** DSSE: PAE. */
function preAuthentication(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload]);
}
