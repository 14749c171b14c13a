import { askAtTerminal } from "../run-program.ts";

/**
 * The terminal passes every byte on, both ways, until the end of this. Node's own raw mode still turns a line feed of the
 * output into two characters, which breaks programs that draw on the whole screen.
 */
export function openRawTerminal(): Disposable {
  const before = askAtTerminal("stty", ["-g"]);
  if (before === undefined || askAtTerminal("stty", ["raw", "-echo"]) === undefined) {
    process.stdin.setRawMode(true);
    return { [Symbol.dispose]: () => process.stdin.setRawMode(false) };
  }
  return { [Symbol.dispose]: () => void askAtTerminal("stty", [before]) };
}
