/** Which screen belongs to which address. The server knows the same addresses and answers 404 for all others. */
import { Route, Router } from "preact-iso";
import { Home } from "./journey/home.tsx";
import { NotFound } from "./shell/not-found.tsx";

/** The screen of the current address. */
export function Screens() {
  return (
    <Router>
      <Route path="/" component={Home} />
      <Route default={true} component={NotFound} />
    </Router>
  );
}
