import assert from "node:assert/strict";
import { test } from "node:test";
import { fromRpcError } from "../rpc/rpc-error.ts";
import { certificateHint, isCertificateError } from "./trusted-roots.ts";

function errorWith(code: string, cause?: unknown): Error {
  return Object.assign(new Error("a text of Node", { cause }), { code });
}

test("a certificate is named as the reason however deep it lies", () => {
  assert.ok(isCertificateError(errorWith("CERT_NOT_YET_VALID")));
  assert.ok(isCertificateError(errorWith("ERR_OTHER", errorWith("CERT_HAS_EXPIRED"))));
  for (const other of [errorWith("ECONNREFUSED"), new Error("CERT_HAS_EXPIRED"), "CERT_HAS_EXPIRED", undefined]) {
    assert.equal(isCertificateError(other), false);
  }
});

test("a call over gRPC that fails for the certificate hints at the clock", () => {
  const error = fromRpcError(errorWith("CERT_NOT_YET_VALID"), "C1-CALL", "get task");
  assert.equal(error.hint, certificateHint);
  assert.match(certificateHint, /clock/);
});
