import type { Timeline } from "../events";

/** What to do about a failure, in words that it is known by. */
interface Advice {
  readonly knownBy: RegExp;
  readonly change: (stackFile: string) => string;
  readonly next: string;
}

const advices: readonly Advice[] = [
  {
    knownBy: /expected status .*, got \d+/,
    change: (file) =>
      `Set healthCheck.path in ${file} to a path that answers so, or checks[].path and checks[].expectStatus.`,
    next: "npm start -- --health-path /PATH",
  },
  {
    knownBy: /COPY failed|ADD failed/,
    change: () => "Commit the file, or correct the Dockerfile, .dockerignore or .gitignore.",
    next: "git status --ignored",
  },
  {
    knownBy: /requests were lost/,
    change: () => "Let the app finish its requests after SIGTERM. The lines with “request failed” above name each.",
    next: "npm start -- --app-log all",
  },
];

/** Notes what happens, to name the cause of a failure and what to do about it. */
export class Clues {
  private readonly leftOut: string[] = [];
  private hookFault: string | undefined;

  /** @param stackFile where the settings are: `Pulumi.dev.yaml` */
  constructor(
    timeline: Timeline,
    private readonly stackFile: string,
  ) {
    timeline.on(({ source, type, text }) => {
      if (type === "left-out") this.leftOut.push(text);
      if (source === "codepipeline" && type === "execution.started") this.hookFault = undefined;
      if (source === "lambda" && type === "log") this.hookFault = /\bFailed: (.*)$/.exec(text)?.[1] ?? this.hookFault;
    });
  }

  /** A deployment's reason, with what the test of green found. */
  withCause(reason: string | undefined): string | undefined {
    if (reason === undefined || this.hookFault === undefined || reason.includes(this.hookFault)) return reason;
    return `${reason}: ${this.hookFault}`;
  }

  /** What to do about a failure; nothing where its own words say it. */
  advice(failure: string): string[] {
    const advice = advices.find(({ knownBy }) => knownBy.test(failure));
    const missing = /COPY failed|ADD failed|Cannot find|ENOENT|no such file/i.test(failure) ? this.leftOut : [];
    const change = advice && !/\bSet \S+ in Pulumi\./.test(failure) ? [advice.change(this.stackFile)] : [];
    const sentences = missing.map((text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`);
    return [...sentences, ...change, ...(advice ? [`Next: ${advice.next}`] : [])];
  }
}
