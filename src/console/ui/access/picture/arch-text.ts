/** How much of a name fits along the upper half of a circle. Pure. */

/** Width of a usual letter in parts of the font size: names are cut before they run into each other. */
const letterWidth = 0.58;

/** The name, cut so that it fits; "" when not even some letters do. Letters stay whole, however they are encoded. */
export function fittingName(name: string, radius: number, fontSize: number): string {
  const room = Math.floor((Math.PI * radius * 0.86) / (fontSize * letterWidth));
  const letters = [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(name)].map(
    ({ segment }) => segment,
  );
  if (letters.length <= room) return name;
  return room < 4
    ? ""
    : `${letters
        .slice(0, room - 1)
        .join("")
        .trimEnd()}…`;
}
