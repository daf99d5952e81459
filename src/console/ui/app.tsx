/** The frame around all screens. */

/** The application. */
export function App() {
  return <main>baton-cloudsmith</main>;
}
