/** The whole way without a mouse (U-2): set up, test, sync, find a person, export. The focus is always seen. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Site, settled, startSite, whenItComes } from "./console-page.ts";

let site: Site;

before(async () => {
  site = await startSite({ sandbox: { organization: { members: 60, teams: 5 } } });
});
after(() => site[Symbol.asyncDispose]());

/** What has the focus: its name as it is read out, and whether one sees that it has it. */
async function focused(): Promise<{ readonly name: string; readonly isSeen: boolean }> {
  return await site.page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return { name: "", isSeen: true };
    const label = "labels" in element ? (element as HTMLInputElement).labels?.[0]?.textContent : undefined;
    const name = element.getAttribute("aria-label") ?? label ?? element.textContent ?? "";
    const isOutlined = (one: Element): boolean => {
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
    };
    const box = element.getBoundingClientRect();
    const isInSight = box.bottom > 0 && box.top < innerHeight;
    // A control that covers its label shows its focus on the label.
    const isSeen = isInSight && (isOutlined(element) || isOutlined(element.parentElement ?? element));
    return { name: name.trim().replaceAll(/\s+/g, " "), isSeen };
  });
}

/** Presses Tab until what is wanted has the focus; each stop on the way must be seen. */
async function tabTo(wanted: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let stop = 0; stop < 80; stop++) {
    await site.page.keyboard.press("Tab");
    const { name, isSeen } = await focused();
    if (name !== "") assert.ok(isSeen, `the focus on “${name}” is not seen`);
    if (wanted.test(name)) return;
    passed.push(name);
  }
  assert.fail(`${wanted} was not reached; passed: ${passed.join(" | ")}`);
}

async function press(wanted: RegExp, key = "Enter"): Promise<void> {
  await tabTo(wanted);
  await site.page.keyboard.press(key);
}

async function type(wanted: RegExp, text: string): Promise<void> {
  await tabTo(wanted);
  await site.page.keyboard.type(text);
}

test("from the welcome screen to Connected, to a person and a CSV", async () => {
  const { page, sandbox } = site;
  await press(/^Skip to content$/);
  assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
  await press(/^Add connector$/);
  await settled(page);
  await page.getByRole("heading", { level: 1, name: "Add connector" }).waitFor();
  await type(/^Search connectors$/, "cloud");
  await press(/^Add Cloudsmith$/);
  await page.getByRole("heading", { level: 1, name: "How to run" }).waitFor();
  await tabTo(/^Once, to a file/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.getByRole("radio", { name: /^On a schedule here/ }).isChecked(), true);
  await press(/^Next$/);
  await page.getByRole("heading", { level: 1, name: "Owner" }).waitFor();
  await type(/^Owner/, "Ada Lovelace");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 2, name: "Settings" }).waitFor();
  await press(/^Edit settings$/);
  // The form begins with the key: the focus is there without another press.
  await page.locator("input[type=password]:focus").waitFor();
  assert.match((await focused()).name, /^Cloudsmith API key/);
  await page.keyboard.type(sandbox.keys.service);
  await type(/^Organization slug/, sandbox.organization.slug);
  await press(/^Advanced$/);
  await tabTo(/^API host/);
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type(sandbox.baseUrl);
  await press(/^Test$/, "Space");
  await page.getByRole("heading", { name: "Test passed" }).waitFor();
  await page.keyboard.press("Shift+Tab");
  assert.equal((await focused()).name, "Save");
  await page.keyboard.press("Enter");
  await page.getByText("Connected", { exact: true }).waitFor();

  await press(/^Access$/);
  await settled(page);
  const [someone] = sandbox.organization.members;
  assert.ok(someone);
  await type(/^Search/, someone.user);
  await page.getByRole("link", { name: someone.userName }).first().waitFor();
  await press(/^Download$/);
  const download = page.waitForEvent("download");
  await press(/CSV/);
  assert.match((await download).suggestedFilename(), /\.csv$/);
  await press(new RegExp(escaped(someone.userName)));
  await page.getByRole("dialog", { name: someone.userName }).waitFor();
});

test("a dialog keeps the focus, closes with Escape, and gives the focus back", async () => {
  const { page, visit } = site;
  await visit("/connectors");
  await press(/^Sandbox Organization$/);
  await settled(page);
  await press(/^Edit schedule$/);
  await page.getByRole("dialog").waitFor();
  for (let stop = 0; stop < 12; stop++) {
    await page.keyboard.press("Tab");
    const isOutside = await page.evaluate(
      () => document.activeElement !== document.body && document.activeElement?.closest("dialog") === null,
    );
    assert.equal(isOutside, false);
  }
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await settled(page);
  assert.equal((await focused()).name, "Edit schedule");
});

test("after a link the new screen's heading has the focus from the first, so that it is read out", async () => {
  const { page } = site;
  await page.keyboard.press("Home");
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await site.visit("/connectors/add");
  await tabTo(/^Connectors$/);
  const first = whenItComes(page, { selector: "h1", text: "Connectors" });
  await page.keyboard.press("Enter");
  // The link of the same name must not do.
  assert.deepEqual(await first, { focused: "h1 Connectors", title: "Connectors · baton-cloudsmith" });
  await settled(page);
  assert.equal((await focused()).name, "Connectors");
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1");
  assert.equal(await page.title(), "Connectors · baton-cloudsmith");
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
