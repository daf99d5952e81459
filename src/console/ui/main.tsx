/** The page: starts the application in the document. Talks to the console's server only, and keeps nothing itself. */
import { render } from "preact";
import { App } from "./app.tsx";

const root = document.getElementById("app");
if (root) render(<App />, root);
