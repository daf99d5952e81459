/**
 * A certificate authority and a server certificate, made anew at each start, so that no private key is ever stored in
 * a repository. The few ASN.1 structures of X.509 (RFC 5280) are written by hand; keys and signatures are Node's.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";

/** PEM texts. */
export interface Certificates {
  /** What clients are to trust. */
  readonly authority: string;
  /** What the server shows. */
  readonly certificate: string;
  readonly privateKey: string;
}

const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  /** Context-specific: version and extensions of a certificate, names of a subject. */
  version: 0xa0,
  extensions: 0xa3,
  dnsName: 0x82,
  ipAddress: 0x87,
  keyIdentifier: 0x80,
} as const;

/** Object identifiers, encoded. */
const oid = {
  commonName: "550403",
  basicConstraints: "551d13",
  keyUsage: "551d0f",
  extendedKeyUsage: "551d25",
  subjectAltName: "551d11",
  subjectKeyId: "551d0e",
  authorityKeyId: "551d23",
  serverAuth: "2b06010505070301",
  clientAuth: "2b06010505070302",
  ecdsaWithSha256: "2a8648ce3d040302",
} as const;

const dayMs = 86_400_000;

/** What is unusual about a server's certificate. */
export interface CertificateFaults {
  /** When it is good, in days from now; default from yesterday for a month. */
  readonly fromDays?: number;
  readonly toDays?: number;
  /** True: it vouches for itself, and `authority` is of no use for it. */
  readonly selfSigned?: boolean;
}

interface Issue {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly key: KeyObject;
  readonly issuerName: string;
  readonly issuerKey: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  readonly extensions: readonly Buffer[];
}

/** Certificates for a server on this machine: `localhost`, 127.0.0.1, good for a month from a day ago. P-256 keys. */
export function makeCertificates(
  hosts: readonly string[] = ["localhost", "127.0.0.1"],
  { fromDays = -1, toDays = 30, selfSigned = false }: CertificateFaults = {},
): Certificates {
  const ca = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const server = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const caName = "Sandbox certificate authority";
  const name = hosts[0] ?? "localhost";
  const now = Date.now();
  const issuer = { issuerName: caName, issuerKey: ca, fromMs: now - dayMs, toMs: now + 30 * dayMs };
  const serverIssuer = {
    ...(selfSigned ? { issuerName: name, issuerKey: server } : issuer),
    fromMs: now + fromDays * dayMs,
    toMs: now + toDays * dayMs,
  };
  const isAuthority = [
    extension(oid.basicConstraints, sequence(der(tag.boolean, Buffer.of(0xff))), true),
    extension(oid.keyUsage, der(tag.bitString, Buffer.of(1, 0b0000_0110)), true), // sign certificates and lists
  ];
  const isServer = [
    extension(oid.basicConstraints, sequence(), true),
    extension(oid.keyUsage, der(tag.bitString, Buffer.of(7, 0b1000_0000)), true), // digital signature
    extension(oid.extendedKeyUsage, sequence(objectId(oid.serverAuth), objectId(oid.clientAuth))),
    extension(oid.subjectAltName, sequence(...hosts.map(alternativeName))),
  ];
  return {
    authority: issue({ name: caName, key: ca.publicKey, ...issuer, extensions: isAuthority }),
    certificate: issue({ name, key: server.publicKey, ...serverIssuer, extensions: isServer }),
    privateKey: server.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function issue({ name, key, issuerName, issuerKey, fromMs, toMs, extensions }: Issue): string {
  const algorithm = sequence(objectId(oid.ecdsaWithSha256));
  const keyIds = [
    extension(oid.subjectKeyId, der(tag.octetString, keyId(key))),
    extension(oid.authorityKeyId, sequence(der(tag.keyIdentifier, keyId(issuerKey.publicKey)))),
  ];
  const body = sequence(
    der(tag.version, der(tag.integer, Buffer.of(2))), // version 3
    der(tag.integer, Buffer.concat([Buffer.of(0x40), randomBytes(15)])), // positive, 16 bytes
    algorithm,
    commonName(issuerName),
    sequence(utcTime(fromMs), utcTime(toMs)),
    commonName(name),
    key.export({ type: "spki", format: "der" }),
    der(tag.extensions, sequence(...extensions, ...keyIds)),
  );
  const signature = sign("sha256", body, issuerKey.privateKey);
  return pem(sequence(body, algorithm, der(tag.bitString, Buffer.concat([Buffer.of(0), signature]))));
}

function der(type: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(type), length(content.length), content]);
}

function length(value: number): Buffer {
  if (value < 0x80) return Buffer.of(value);
  if (value < 0x100) return Buffer.of(0x81, value);
  return Buffer.of(0x82, value >> 8, value & 0xff);
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return der(tag.sequence, ...contents);
}

function objectId(hex: string): Buffer {
  return der(tag.objectId, Buffer.from(hex, "hex"));
}

function extension(id: string, value: Buffer, critical: boolean = false): Buffer {
  const flag = critical ? [der(tag.boolean, Buffer.of(0xff))] : [];
  return sequence(objectId(id), ...flag, der(tag.octetString, value));
}

function commonName(text: string): Buffer {
  return sequence(der(tag.set, sequence(objectId(oid.commonName), der(tag.utf8String, Buffer.from(text)))));
}

function alternativeName(host: string): Buffer {
  if (isIPv4(host)) return der(tag.ipAddress, Buffer.from(host.split(".").map(Number)));
  return der(tag.dnsName, Buffer.from(host));
}

function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  return der(tag.utcTime, Buffer.from(digits.slice(2)));
}

function keyId(key: KeyObject): Buffer {
  return createHash("sha1")
    .update(key.export({ type: "spki", format: "der" }))
    .digest();
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
