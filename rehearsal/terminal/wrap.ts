/** Columns of what is no terminal: a file, a pipe, CI. */
export const pipeColumns = 100;

/** Breaks a line at spaces; a word that no line has room for stays where it is. Further lines begin with `indent` spaces. */
export function wrap(text: string, columns = pipeColumns, indent = 0): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<=\S)(?= )/)) {
    const isFirst = line.trim() === "";
    const hasRoom = indent + [...word.trimStart()].length <= columns;
    if (!isFirst && hasRoom && [...line, ...word].length > columns) {
      lines.push(line);
      line = `${" ".repeat(indent)}${word.trimStart()}`;
    } else {
      line += word;
    }
  }
  return [...lines, line];
}
