/** A setting that a stack file shows as a comment. */
export interface Option {
  readonly title: string;
  /** The stack's file with the option in force. */
  readonly text: string;
}

/** The settings that stand as comments, one after the other; those between two sentences belong together. */
export function commentedOut(text: string): Option[] {
  const blocks = [...text.matchAll(/(^ +# (greenlight:|[a-z]\w+:( |$)| +|- ).*\n)+/gm)];
  return blocks.map(({ 0: block, index }) => {
    const inForce = block.replace(/^( +)# /gm, "$1");
    const indent = /^ +/.exec(inForce)![0];
    const names = [...inForce.matchAll(new RegExp(`^${indent}(?:greenlight:)?(\\w+):`, "gm"))].map(([, name]) => name);
    return { title: names.join(", "), text: text.slice(0, index) + inForce + text.slice(index + block.length) };
  });
}
