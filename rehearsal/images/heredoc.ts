/** A here-document of a RUN, COPY or ADD. Source: Dockerfile reference, "Here-Documents". */
export interface Heredoc {
  /** `EOF`, or the file that a COPY makes of it. */
  readonly name: string;
  readonly content: string;
  /** The name stands in quotes: variables are left as they are. */
  readonly isLiteral: boolean;
}

const opening = /<<(-?)(["']?)([A-Za-z_][\w.]*)\2/g;

/** The here-documents of an instruction's text, if every one that is opened is closed; else undefined. */
export function readHeredocs(text: string): readonly Heredoc[] | undefined {
  const [first = "", ...lines] = text.split("\n");
  const found: Heredoc[] = [];
  for (const [, dash, quote, name = ""] of first.matchAll(opening)) {
    const end = lines.findIndex((line) => (dash ? line.replace(/^\t+/, "") : line) === name);
    if (end < 0) return undefined;
    const content = lines.splice(0, end + 1).slice(0, -1);
    const kept = dash ? content.map((line) => line.replace(/^\t+/, "")) : content;
    found.push({ name, content: kept.map((line) => `${line}\n`).join(""), isLiteral: quote !== "" });
  }
  return found.length > 0 ? found : undefined;
}

/** An instruction on one line: comment lines and empty lines between its continued lines say nothing. */
export function joinContinuations(text: string, escapeCharacter = "\\"): string {
  const [first = "", ...others] = text.split("\n");
  const kept = [first, ...others.filter((line) => !/^\s*(#|$)/.test(line))];
  const ending = new RegExp(`${escapeCharacter === "`" ? "`" : "\\\\"}[ \\t]*\\r?$`);
  return kept
    .map((line) => line.replace(ending, ""))
    .join("")
    .trim();
}
