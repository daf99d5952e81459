/** Whether the page is light or dark, for what is drawn by script. */
import { useEffect, useState } from "preact/hooks";

/** The themes of the page. */
export type Theme = "light" | "dark";

/** The theme that the system asks for; the component is drawn again when that changes. */
export function useTheme(): Theme {
  const [isDark, setDark] = useState(() => darkScheme().matches);
  useEffect(() => {
    const scheme = darkScheme();
    const note = (): void => setDark(scheme.matches);
    scheme.addEventListener("change", note);
    return () => scheme.removeEventListener("change", note);
  }, []);
  return isDark ? "dark" : "light";
}

function darkScheme(): MediaQueryList {
  return matchMedia("(prefers-color-scheme: dark)");
}
