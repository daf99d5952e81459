import assert from "node:assert/strict";
import { test } from "node:test";
import type { Resource } from "../sdk/contracts/model.ts";
import { annotationUrl } from "../sdk/resources/annotations.ts";
import { AccountType, type UserTraitInit, userTrait } from "../sdk/resources/traits.ts";
import { accountFacts, plainFacts } from "./account-facts.ts";

const enabled = { status: 1 } as const;

function account(init: Partial<UserTraitInit> = {}): Resource {
  const trait = userTrait({ status: enabled, accountType: AccountType.human, ...init });
  return { id: { resourceType: "user", resource: "u" }, displayName: "U", annotations: [trait] };
}

test("a second factor that is on, off or not told is told apart", () => {
  assert.equal(accountFacts(account({ mfaEnabled: true })).twoFactor, true);
  assert.equal(accountFacts(account({ mfaEnabled: false })).twoFactor, false);
  assert.equal(accountFacts(account()).twoFactor, undefined);
  assert.equal(accountFacts({ ...account({ mfaEnabled: true }), annotations: [] }).twoFactor, undefined);
});

test("address, login, status and times are read from the trait", () => {
  const facts = accountFacts(
    account({
      email: "ada@acme.example",
      login: "ada",
      status: { status: 2 },
      createdAt: { seconds: 1_700_000_000, nanos: 0 },
      lastLogin: { seconds: 1_750_000_000, nanos: 5 },
    }),
  );
  assert.deepEqual(plainFacts(facts), {
    status: "disabled",
    kind: "person",
    twoFactor: undefined,
    email: "ada@acme.example",
    login: "ada",
    lastLoginSeconds: 1_750_000_000,
    createdSeconds: 1_700_000_000,
  });
});

test("of several addresses the first counts, and what follows them is still read", () => {
  const [trait] = account({ login: "ada" }).annotations;
  const email = (text: string): number[] => [0x0a, text.length + 2, 0x0a, text.length, ...Buffer.from(text)];
  const value = Uint8Array.from([...email("a@x"), ...email("b@x"), ...(trait?.value ?? [])]);
  const facts = accountFacts({ ...account(), annotations: [{ typeUrl: annotationUrl("UserTrait"), value }] });
  assert.equal(facts.email, "a@x");
  assert.equal(facts.login, "ada");
});

test("the profile and the resource itself fill what the trait leaves out", () => {
  const profile = { email: "ada@acme.example", login: "ada" };
  const facts = accountFacts({ ...account({ status: { status: 0 } }), profile, status: { status: 3 } });
  assert.equal(facts.status, "deleted");
  assert.equal(facts.email, "ada@acme.example");
  assert.equal(facts.login, "ada");
});

test("a damaged trait says nothing", () => {
  const damaged = { typeUrl: annotationUrl("UserTrait"), value: Uint8Array.of(0x52, 0x05, 0x08) };
  const facts = accountFacts({ ...account({ mfaEnabled: true }), annotations: [damaged] });
  assert.equal(facts.twoFactor, undefined);
  assert.equal(facts.status, "unknown");
});
