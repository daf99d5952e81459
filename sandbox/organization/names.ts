/**
 * Names of invented people in many scripts, each with a romanized form for user names and e-mail addresses.
 * A table of data and one function that draws from it.
 */
import type { Random } from "../random.ts";

/** A person's name as shown, and in lower-case ASCII letters and dashes. */
export interface PersonName {
  readonly display: string;
  readonly roman: string;
}

type Part = readonly [native: string, roman: string];

interface Script {
  readonly given: readonly Part[];
  readonly family: readonly Part[];
  /** Where the family name stands, and whether a space parts the two. */
  readonly order: "given family" | "family given" | "familygiven";
}

const latin: Script = {
  order: "given family",
  given: [
    ["Amélie", "amelie"],
    ["Björn", "bjorn"],
    ["Chloë", "chloe"],
    ["Đorđe", "djordje"],
    ["Eleanor", "eleanor"],
    ["François", "francois"],
    ["Gülşen", "gulsen"],
    ["Håkon", "hakon"],
    ["Ingrid", "ingrid"],
    ["João", "joao"],
    ["Kateřina", "katerina"],
    ["Łukasz", "lukasz"],
    ["Matthew", "matthew"],
    ["Niamh", "niamh"],
    ["Ömer", "omer"],
    ["Priscilla", "priscilla"],
    ["Quentin", "quentin"],
    ["Renée", "renee"],
    ["Søren", "soren"],
    ["Thị Hương", "thi-huong"],
    ["Ursula", "ursula"],
    ["Věra", "vera"],
    ["Wanjiru", "wanjiru"],
    ["Zoë", "zoe"],
  ],
  family: [
    ["Åkesson", "akesson"],
    ["Brânză", "branza"],
    ["Castañeda", "castaneda"],
    ["Dvořák", "dvorak"],
    ["Eriksen", "eriksen"],
    ["Fernández", "fernandez"],
    ["Grünwald", "grunwald"],
    ["Håland", "haland"],
    ["İnönü", "inonu"],
    ["Jokinen", "jokinen"],
    ["Kovačević", "kovacevic"],
    ["Lefèvre", "lefevre"],
    ["Müller", "muller"],
    ["Nguyễn", "nguyen"],
    ["O'Sullivan", "osullivan"],
    ["Þórsdóttir", "thorsdottir"],
    ["Quirós", "quiros"],
    ["Rasmussen", "rasmussen"],
    ["Szczęsny", "szczesny"],
    ["Taylor-Okafor", "taylor-okafor"],
    ["van der Berg", "van-der-berg"],
    ["Weiß", "weiss"],
  ],
};

const cyrillic: Script = {
  order: "given family",
  given: [
    ["Олена", "olena"],
    ["Дмитрий", "dmitry"],
    ["Јована", "jovana"],
    ["Борис", "boris"],
    ["Анастасия", "anastasia"],
    ["Тарас", "taras"],
  ],
  family: [
    ["Шевченко", "shevchenko"],
    ["Иванова", "ivanova"],
    ["Петровић", "petrovic"],
    ["Димитров", "dimitrov"],
    ["Їжакевич", "yizhakevych"],
  ],
};

const greek: Script = {
  order: "given family",
  given: [
    ["Ελένη", "eleni"],
    ["Γιώργος", "giorgos"],
    ["Σοφία", "sofia"],
    ["Νίκος", "nikos"],
  ],
  family: [
    ["Παπαδοπούλου", "papadopoulou"],
    ["Οικονόμου", "oikonomou"],
    ["Χατζής", "chatzis"],
  ],
};

const arabic: Script = {
  order: "given family",
  given: [
    ["محمد", "mohammed"],
    ["فاطمة", "fatima"],
    ["يوسف", "yousef"],
    ["ليلى", "layla"],
  ],
  family: [
    ["الهاشمي", "al-hashimi"],
    ["حداد", "haddad"],
    ["بن سعيد", "bin-said"],
  ],
};

const hebrew: Script = {
  order: "given family",
  given: [
    ["נועה", "noa"],
    ["אבנר", "avner"],
    ["תמר", "tamar"],
  ],
  family: [
    ["לוי", "levi"],
    ["כהן", "cohen"],
    ["בן-דוד", "ben-david"],
  ],
};

const devanagari: Script = {
  order: "given family",
  given: [
    ["प्रिया", "priya"],
    ["अर्जुन", "arjun"],
    ["लक्ष्मी", "lakshmi"],
  ],
  family: [
    ["शर्मा", "sharma"],
    ["देशपांडे", "deshpande"],
    ["त्रिपाठी", "tripathi"],
  ],
};

const chinese: Script = {
  order: "familygiven",
  given: [
    ["伟", "wei"],
    ["秀英", "xiuying"],
    ["子涵", "zihan"],
    ["𠮷雄", "jixiong"], // outside the basic plane: two UTF-16 units
  ],
  family: [
    ["王", "wang"],
    ["欧阳", "ouyang"],
    ["陈", "chen"],
  ],
};

const japanese: Script = {
  order: "family given",
  given: [
    ["さくら", "sakura"],
    ["健太", "kenta"],
    ["ユリ", "yuri"],
  ],
  family: [
    ["佐藤", "sato"],
    ["渡邊", "watanabe"],
    ["髙橋", "takahashi"],
  ],
};

const korean: Script = {
  order: "familygiven",
  given: [
    ["서연", "seoyeon"],
    ["민준", "minjun"],
    ["지우", "jiwoo"],
  ],
  family: [
    ["김", "kim"],
    ["이", "lee"],
    ["황보", "hwangbo"],
  ],
};

/** Names that programs stumble over; each is a valid display name (at least one character). */
const awkward: readonly PersonName[] = [
  { display: "Rene\u0301e Bjo\u0308rk", roman: "renee-bjork" }, // combining marks, decomposed
  { display: "Sam 🦊 Fox", roman: "sam-fox" },
  { display: "The 👩‍👩‍👧‍👦 Account", roman: "family-account" }, // zero-width joiners
  { display: "Kim 🇺🇳 Õun", roman: "kim-oun" },
  { display: "IŞIK ılgın", roman: "isik-ilgin" }, // dotted and dotless i
  { display: "X Æ", roman: "x-ae" },
  { display: "=SUM(A1:A9)", roman: "sum-formula" }, // a spreadsheet would calculate it
  { display: "Robert'); DROP TABLE members;--", roman: "robert-tables" },
  { display: '<b>Bo</b> & "Co"', roman: "bo-co" },
  { display: "ﷺ", roman: "ligature" },
  { display: "null", roman: "null-null" },
  { display: "Ann\u00a0 \u200bSpacey", roman: "ann-spacey" }, // no-break and zero-width spaces
];

const others: readonly Script[] = [cyrillic, greek, arabic, hebrew, devanagari, chinese, japanese, korean];

/** The name of member number `index`: half Latin, the rest in eight other scripts, every 17th an awkward one in turn. */
export function personName(random: Random, index: number): PersonName {
  const awkwardName = index % 17 === 11 ? awkward[Math.floor(index / 17) % awkward.length] : undefined;
  if (awkwardName) return awkwardName;
  const script = random.chance(0.5) ? latin : random.pick(others);
  const [given, givenRoman] = random.pick(script.given);
  const [family, familyRoman] = random.pick(script.family);
  const roman = `${givenRoman}-${familyRoman}`;
  switch (script.order) {
    case "given family":
      return { display: `${given} ${family}`, roman };
    case "family given":
      return { display: `${family} ${given}`, roman };
    case "familygiven":
      return { display: `${family}${given}`, roman };
  }
}
