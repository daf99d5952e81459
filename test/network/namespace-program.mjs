// Runs a program where 127.0.0.1:3128 is the only address that answers: whatever comes there goes to the socket at a path.
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";

const [path, file, ...args] = process.argv.slice(2);
const relay = createServer((socket) => {
  const other = connect(path);
  for (const [one, two] of [
    [socket, other],
    [other, socket],
  ]) {
    one.on("error", () => two.destroy()).on("close", () => two.destroy());
  }
  socket.pipe(other).pipe(socket);
});
relay.listen(3128, "127.0.0.1", () => {
  const child = spawn(file, args, { stdio: "inherit" });
  process.on("SIGINT", () => child.kill("SIGINT"));
  child.on("exit", (code) => process.exit(code ?? 1));
});
