/** The parts of a workbook around its sheets (ECMA-376: OPC). Numbers of sheets in, XML out. */
import { escapeXml, xmlHead } from "./xlsx-sheet.ts";

const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const packages = "http://schemas.openxmlformats.org/package/2006";
const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const mimePrefix = "application/vnd.openxmlformats-officedocument.spreadsheetml.";

/** Longest name of a sheet, and the characters it cannot have (Excel: limits). */
const maxNameLength = 31;
const forbidden = /[\\/*?:[\]]/g;

/** The list of sheets. */
export function workbookXml(names: readonly string[]): string {
  const sheets = names.map((name, index) => {
    const safe = escapeXml(name.replace(forbidden, " ").slice(0, maxNameLength));
    return `<sheet name="${safe}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`;
  });
  return `${xmlHead}<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${sheets.join("")}</sheets></workbook>`;
}

/** Where the sheets and styles lie; the styles come last. */
export function workbookRelationshipsXml(sheets: number): string {
  const parts = numbers(sheets).map((n) => relationship(`rId${n}`, "worksheet", `worksheets/sheet${n}.xml`));
  return relationships([...parts, relationship(`rId${sheets + 1}`, "styles", "styles.xml")]);
}

/** Where the workbook lies. */
export const relationshipsXml: string = relationships([relationship("rId1", "officeDocument", "xl/workbook.xml")]);

/** What each part is. */
export function contentTypesXml(sheets: number): string {
  const sheetTypes = numbers(sheets).map((n) => override(`xl/worksheets/sheet${n}.xml`, "worksheet+xml"));
  const rest = [override("xl/workbook.xml", "sheet.main+xml"), override("xl/styles.xml", "styles+xml")];
  const relationshipType = "application/vnd.openxmlformats-package.relationships+xml";
  const defaults = `<Default Extension="rels" ContentType="${relationshipType}"/><Default Extension="xml" ContentType="application/xml"/>`;
  return `${xmlHead}<Types xmlns="${packages}/content-types">${defaults}${[...sheetTypes, ...rest].join("")}</Types>`;
}

/** Style 0 is plain, style 1 bold. */
export const stylesXml: string = [
  `${xmlHead}<styleSheet xmlns="${main}">`,
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>',
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>',
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>',
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>',
  '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',
  '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs></styleSheet>',
].join("");

function relationship(id: string, type: string, target: string): string {
  return `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"/>`;
}

function relationships(parts: readonly string[]): string {
  return `${xmlHead}<Relationships xmlns="${packages}/relationships">${parts.join("")}</Relationships>`;
}

function override(part: string, type: string): string {
  return `<Override PartName="/${part}" ContentType="${mimePrefix}${type}"/>`;
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
