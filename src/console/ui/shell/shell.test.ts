/** What stands around every screen, and in the place of one. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { drawn } from "../../../../test/browser/page-parts.ts";
import { failureOf, sessionOf } from "../../../../test/browser/page-samples.ts";
import type { Role } from "../../contract/reviews.ts";
import { session } from "../api/session.ts";

const { Sidebar } = await import("./sidebar.tsx");
const { forAdmins, NotFound } = await import("./not-found.tsx");
const { NotRunning, SignInAgain } = await import("./signed-out.tsx");
const { BackUpScreen } = await import("./back-up-screen.tsx");

function signIn(role: Role): void {
  session.set({ kind: "signed-in", info: sessionOf({ role }) });
}

beforeEach(() => signIn("admin"));

test("an admin sees every place, others those that lead somewhere, and who they are", async () => {
  const admin = await drawn(Sidebar, {});
  assert.deepEqual(admin.texts("li"), [
    ...["Connectors", "Reviews to decide", "Open a file", "People with a link", "Notifications", "Back-up"],
  ]);
  assert.match(admin.text, /Version 1\.2\.3/);
  signIn("reviewer");
  const reviewer = await drawn(Sidebar, {});
  assert.deepEqual(reviewer.texts("li"), ["Connectors", "Reviews to decide"]);
  assert.match(reviewer.text, /Ada, reviewer Sign out$/);
});

test("the place that one is in is marked; a screen about a file or a run belongs to where it is listed", async () => {
  const place = async (at: string) =>
    (await drawn(Sidebar, {}, at)).elements("a").find((link) => link["aria-current"] === "page")?.text;
  assert.equal(await place("/connectors/c1/settings"), "Connectors");
  assert.equal(await place("/reviews/v1"), "Reviews to decide");
  assert.equal(await place("/sources/file%3Af1/people"), "Open a file");
  assert.equal(await place("/sources/run%3Ar1/people"), "Connectors");
  assert.equal(await place("/connectors-elsewhere"), undefined);
});

test("a screen for admins says to others that it is for admins, and whom to ask", async () => {
  const Screen = forAdmins(() => "Settings of everybody");
  assert.equal((await drawn(Screen, {})).text, "Settings of everybody");
  signIn("viewer");
  const { text } = await drawn(Screen, {});
  assert.match(text, /^For admins Your link does not open this screen You are here as a viewer\./);
  assert.doesNotMatch(text, /Settings/);
});

test("while nobody is known, nobody is an admin", async () => {
  session.set({ kind: "asking" });
  assert.match(
    (
      await drawn(
        forAdmins(() => "Settings"),
        {},
      )
    ).text,
    /^For admins/,
  );
});

test("an address of no screen leads back", async () => {
  const { text, elements } = await drawn(NotFound, {});
  assert.match(text, /^Nothing here This address belongs to no screen/);
  assert.equal(elements("a").at(-1)?.["href"], "/connectors");
});

test("who signed out reads that all is kept; who was signed out reads why; both how to come back", async () => {
  const left = await drawn(SignInAgain, { failure: null });
  assert.match(left.text, /You signed out\. What was synced is kept, and schedules go on\./);
  const ended = await drawn(SignInAgain, { failure: failureOf("session-expired", { message: "The session ended." }) });
  assert.match(ended.text, /The session ended\./);
  for (const { text } of [left, ended]) assert.match(text, /baton-cloudsmith console --link/);
});

test("a program that does not run can be tried again", async () => {
  const { texts } = await drawn(NotRunning, { failure: failureOf("unexpected"), onRetry: () => undefined });
  assert.deepEqual([texts("h1"), texts("button")], [["It did not work"], ["Try again"]]);
});

test("a back-up says what is not in it, and how it is restored", async () => {
  const { text, elements } = await drawn(BackUpScreen, {});
  assert.match(text, /sealed with a key of its own are not in it/);
  assert.match(text, /--restore console-back-up\.backup --data-dir NEW-DIRECTORY/);
  assert.equal(elements("a")[0]?.["href"], "/api/back-up");
});
