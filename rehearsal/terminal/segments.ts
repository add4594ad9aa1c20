import { stripVTControlCharacters, styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0] & string;

/** A piece of a line, with its style. */
export type Segment = readonly [text: string, style?: Style];

/** Shortens a line to `columns` characters; an ellipsis says that something is missing. */
export function fit(segments: readonly Segment[], columns: number): Segment[] {
  const fitted: Segment[] = [];
  let left = columns;
  for (const [text, style] of segments) {
    const characters = [...text];
    if (characters.length > left) {
      if (left > 0) fitted.push([`${characters.slice(0, left - 1).join("")}…`, style]);
      else if (fitted.length > 0) fitted.push(shortened(fitted.pop()!));
      return fitted;
    }
    left -= characters.length;
    fitted.push([text, style]);
  }
  return fitted;
}

function shortened([text, style]: Segment): Segment {
  return [`${[...text].slice(0, -1).join("")}…`, style];
}

/** The line without styles. */
export function plainText(segments: readonly Segment[]): string {
  return segments.map(([text]) => text).join("");
}

/** The line with its styles, as far as `stream` shows colours (a terminal does, unless NO_COLOR is set). */
export function painted(segments: readonly Segment[], stream: NodeJS.WritableStream): string {
  return segments.map(([text, style]) => (style ? styleText(style, text, { stream }) : text)).join("");
}

/** One printable line of a text that may come from anywhere: no colours, cursor movements, tabs or line ends. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\p{Cc}+/gu, " ")
    .trimEnd();
}
