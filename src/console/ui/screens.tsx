/** Which screen belongs to which address. The server knows the same addresses and answers 404 for all others. */
import { Route, Router } from "preact-iso";
import { FilesScreen } from "./files/files-screen.tsx";
import { Home } from "./journey/home.tsx";
import { NotFound } from "./shell/not-found.tsx";
import { FileRoute, SourceRoute } from "./source-routes.tsx";

/** The screen of the current address. */
export function Screens() {
  return (
    <Router>
      <Route path="/" component={Home} />
      <Route path="/files" component={FilesScreen} />
      <Route path="/files/:fileId" component={FileRoute} />
      <Route path="/sources/:source/:screen?/:first?/:second?" component={SourceRoute} />
      <Route default={true} component={NotFound} />
    </Router>
  );
}
