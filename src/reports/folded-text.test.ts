import assert from "node:assert/strict";
import { test } from "node:test";
import { closestNamed, folded, hasAllWords, nameKey, searchWords } from "./folded-text.ts";

/** What somebody types, and who is meant. */
const alike: readonly (readonly [typed: string, name: string])[] = [
  ["Lukasz", "Łukasz"],
  ["soren", "Søren"],
  ["STRASSE", "Straße"],
  ["Isik", "Işık"],
  ["Zo\u00eb Stein", "Zoe\u0308 Stein"],
  ["oneil", "O'Neil"],
  ["O'Neil", "O\u2019Neil"],
  ["o`neil", "O\u02bcNeil"],
  ["Anna-Maria", "Anna\u2010Maria"],
  ["anna-maria", "Anna\u2013Maria"],
  ["aelfric", "Ælfric"],
  ["đorđe", "Đorđe"],
  ["ada", "A\u200bda"],
  ["ＡＤＡ", "ada"],
  ["Νίκος", "νικοσ"],
];

for (const [typed, name] of alike) {
  test(`${JSON.stringify(typed)} finds ${JSON.stringify(name)}`, () => {
    assert.equal(folded(typed), folded(name));
    assert.ok(hasAllWords(folded(`x ${name} y`), searchWords(` ${typed} `)));
    assert.equal(nameKey(` ${typed}`), nameKey(`${name} `));
  });
}

test("other letters are other names", () => {
  for (const [one, other] of [
    ["ada", "ida"],
    ["anna-maria", "annamaria"],
    ["müller", "miller"],
  ] as const) {
    assert.notEqual(folded(one), folded(other));
  }
});

test("of two that match, who is called so to the letter is meant", () => {
  const names = ["Zoe Stein", "Zoë Stein"];
  const closest = (asked: string) => closestNamed(asked, names, (name) => [name]);
  assert.deepEqual(closest("zoe\u0308 stein"), ["Zoë Stein"]);
  assert.deepEqual(closest("zoè stein"), names);
});

test("blanks around a name and several between its words do not count", () => {
  assert.equal(nameKey("  Zoë \u00a0 Stein\t"), nameKey("zoe stein"));
});
