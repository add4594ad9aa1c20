/** The files of a commit whose version of the app misbehaves: this code runs first in it. */
export const broken = (code: string) => ({ "fault.cjs": code });
