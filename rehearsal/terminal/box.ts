/** Sections one below the other, with lines around and between them, and a line end; empty sections are left out. */
export function box(sections: readonly (readonly string[])[]): string {
  const filled = sections.filter((lines) => lines.length > 0);
  const width = Math.max(...filled.flat().map((line) => [...line].length));
  const edge = (left: string, right: string): string => `${left}${"─".repeat(width + 2)}${right}`;
  const inside = filled.map((lines) => lines.map((line) => `│ ${line}${" ".repeat(width - [...line].length)} │`));
  const separated = inside.flatMap((lines, index) => (index === 0 ? lines : [edge("├", "┤"), ...lines]));
  return `${[edge("┌", "┐"), ...separated, edge("└", "┘")].join("\n")}\n`;
}
