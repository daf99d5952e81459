import assert from "node:assert/strict";
import { test } from "node:test";
import { parseIni } from "./pasted-secret.ts";

test("sections, both signs, comments and white space are read as Python's configparser does", () => {
  const text =
    "; a comment\r\nAPI_KEY = before\r\n[Default]\n# another\n  api_key = a=b:c  \norg: acme\n[profile:x]\napi_key=\nnonsense\n";
  const found = parseIni(text);
  assert.equal(found.get("")?.get("api_key"), "before");
  assert.deepEqual(
    [...(found.get("default") ?? [])],
    [
      ["api_key", "a=b:c"],
      ["org", "acme"],
    ],
  );
  assert.deepEqual([...(found.get("profile:x") ?? [])], [["api_key", ""]]);
  assert.equal(parseIni("").size, 0);
});

test("names that objects have by nature are ordinary names", () => {
  const found = parseIni("[__proto__]\nconstructor = x\n");
  assert.equal(found.get("__proto__")?.get("constructor"), "x");
});
