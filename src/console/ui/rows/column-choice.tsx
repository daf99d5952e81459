/** Which columns of a table are shown: chosen from a list, and remembered in this browser. */
import { useState } from "preact/hooks";
import type { TableColumn } from "../../contract/sources.ts";
import { CheckField } from "../design/field.tsx";
import { Menu } from "./menu.tsx";

/** Keys of the columns that were switched on or off against what is usual, by the table's name. */
function readChoice(name: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(placeOf(name)) ?? "[]");
    return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
  } catch {
    // The browser keeps nothing for this page, or something else: then the usual columns are shown.
    return [];
  }
}

function placeOf(name: string): string {
  return `columns of ${name}`;
}

/** Whether a column is shown, and how that is changed. @param name of the table, for this browser. */
export function useColumnChoice(
  name: string,
): readonly [isShown: (column: TableColumn) => boolean, toggle: (key: string) => void] {
  const [switched, setSwitched] = useState(() => readChoice(name));
  const toggle = (key: string): void => {
    const next = switched.includes(key) ? switched.filter((one) => one !== key) : [...switched, key];
    setSwitched(next);
    try {
      localStorage.setItem(placeOf(name), JSON.stringify(next));
    } catch {
      // It is kept for as long as the screen is shown.
    }
  };
  return [({ key, isUsual }) => isUsual !== switched.includes(key), toggle];
}

interface ColumnChoiceProps {
  readonly columns: readonly TableColumn[];
  readonly isShown: (column: TableColumn) => boolean;
  readonly onToggle: (key: string) => void;
}

/** A button that opens the list. The first column names the row, and stays. */
export function ColumnChoice({ columns, isShown, onToggle }: ColumnChoiceProps) {
  const [first, ...others] = columns;
  if (!first || others.length === 0) return null;
  return (
    <Menu label="Columns">
      <ul class="column-choice">
        {others.map((column) => (
          <li key={column.key}>
            <CheckField label={column.title} isChecked={isShown(column)} onChange={() => onToggle(column.key)} />
          </li>
        ))}
      </ul>
    </Menu>
  );
}
