import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn } from "../../../../test/browser/page-parts.ts";
import { failureOf } from "../../../../test/browser/page-samples.ts";

const { CheckField, RadioField, SearchField, SecretField, Segments, SelectField, TextField } = await import(
  "./field.tsx"
);
const { Form, FormDialog } = await import("./form.tsx");

const nothing = (): void => undefined;
const idle = { run: nothing, isBusy: false, failure: null };

test("label, hint, error and notice belong to their field, so that they are read out with it", async () => {
  const texts = { label: "Slug", hint: "The last part.", error: "Enter it.", notice: "Mended.", isOptional: true };
  const { elements, text } = await drawn(TextField, { ...texts, value: "", onInput: nothing });
  const [input] = elements("input");
  assert.equal(elements("label")[0]?.["for"], input?.["id"]);
  const described = (input?.["aria-describedby"] ?? "").split(" ");
  assert.deepEqual(
    described.map((id) => elements("p").find((one) => one["id"] === id)?.text),
    ["The last part.", "Enter it.", "Mended."],
  );
  assert.equal(input?.["aria-invalid"], "true");
  assert.ok(text.startsWith("Slug (optional)"));
  const [good] = (await drawn(TextField, { label: "Slug", value: "acme", onInput: nothing })).elements("input");
  assert.deepEqual([good?.["aria-describedby"], good?.["aria-invalid"]], [undefined, undefined]);
});

test("no field is filled in or corrected by the browser, and a secret is not shown", async () => {
  for (const field of [
    await drawn(TextField, { label: "Owner", value: "", onInput: nothing }),
    await drawn(SecretField, { label: "Key", value: "s3cret", onInput: nothing }),
    await drawn(SearchField, { label: "Search", value: "", onInput: nothing }),
  ]) {
    assert.equal(field.elements("input")[0]?.["autocomplete"], "off");
    assert.equal(field.elements("input")[0]?.["spellcheck"], "false");
  }
  const secret = await drawn(SecretField, { label: "Key", value: "s3cret", onInput: nothing });
  assert.equal(secret.elements("input")[0]?.["type"], "password");
  assert.deepEqual(secret.texts("button"), ["Show"]);
  const [show] = (await drawn(SecretField, { label: "Key", value: "", onInput: nothing })).elements("button");
  assert.ok(show && "disabled" in show, "there is nothing to show");
});

test("values of one group stand together below its name", async () => {
  const options = [
    { value: "", label: "The sync before" },
    { value: "run:1", label: "Monday", group: "Runs" },
    { value: "file:1", label: "old.c1z", group: "Files" },
    { value: "run:2", label: "Tuesday", group: "Runs" },
  ];
  const { elements, texts } = await drawn(SelectField<string>, {
    label: "Compare with",
    value: "run:2",
    options,
    onChange: nothing,
  });
  assert.deepEqual(
    elements("optgroup").map(({ label, text }) => [label, text]),
    [
      ["Runs", "Monday Tuesday"],
      ["Files", "old.c1z"],
    ],
  );
  assert.deepEqual(texts("option"), ["The sync before", "Monday", "Tuesday", "old.c1z"]);
});

test("of choices in a row one is taken, or none yet; each row has a name of its own", async () => {
  const options = [
    { value: "keep", label: "Keep" },
    { value: "revoke", label: "Revoke" },
  ];
  const row = (value: string | null) =>
    drawn(Segments<string>, { legend: "Decision", value, options, onChange: nothing });
  const checked = (await row("revoke")).elements("input").map((input) => "checked" in input);
  assert.deepEqual(checked, [false, true]);
  assert.deepEqual(
    (await row(null)).elements("input").map((input) => "checked" in input),
    [false, false],
  );
  const list = await drawn(RadioField<string>, { legend: "Source", value: "keep", options, onChange: nothing });
  assert.deepEqual(list.texts("legend"), ["Source"]);
  const both = await drawn(() => [Segments({ legend: "A", value: "", options, onChange: nothing })], {});
  assert.equal(new Set(both.elements("input").map(({ name }) => name)).size, 1);
  assert.deepEqual((await drawn(CheckField, { label: "Follow", isChecked: true, onChange: nothing })).text, "Follow");
});

test("a form shows why it was refused above its buttons, where the person looks", async () => {
  const refused = { ...idle, failure: failureOf("unexpected", { title: "The slug is taken" }) };
  const { html, elements } = await drawn(Form, { action: refused, submit: "Save", children: "fields" });
  const places = ["fields", "The slug is taken", 'type="submit"'].map((part) => html.indexOf(part));
  assert.ok(places.every((place) => place >= 0));
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
  assert.ok(
    elements("div").some(({ role, tabindex }) => role === "alert" && tabindex === "-1"),
    "it takes the focus",
  );
});

test("a form that cannot be sent says so on its button; one under way is busy", async () => {
  const [off] = (await drawn(Form, { action: idle, submit: "Save", isDisabled: true })).elements("button");
  assert.ok(off && "disabled" in off);
  const [busy] = (await drawn(Form, { action: { ...idle, isBusy: true }, submit: "Save" })).elements("button");
  assert.equal(busy?.["aria-disabled"], "true");
});

test("in a question the way out stands first, and is no way to send it", async () => {
  const { elements } = await drawn(FormDialog, {
    title: "Remove Acme?",
    onClose: nothing,
    action: idle,
    submit: "Remove",
    kind: "danger",
  });
  assert.deepEqual(
    elements("button").map(({ text, type }) => [text, type]),
    [
      ["Cancel", "button"],
      ["Remove", "submit"],
    ],
  );
});
