import { copy } from "./copy-step";
import { type Instruction, type Pair, replaceVariables } from "./dockerfile";
import type { ContainerConfig } from "./image";

import { run } from "./run-step";
import { type BuildEnvironment, type StageState, Step } from "./step";
import type { Tree } from "./tree";
import { overlay } from "./copy";
import { imagePath, TreeIndex } from "./tree-index";

/** One more instruction. @throws Error as Docker words it, when the instruction fails. */
export async function performInstruction(
  instruction: Instruction,
  state: StageState,
  build: BuildEnvironment,
): Promise<StageState> {
  const step = new Step(instruction, state, build);
  const configured = (change: Partial<ContainerConfig>) => step.next({ config: { ...state.config, ...change } });
  const valueOf = ({ value = "", isLiteral }: Pair) => (isLiteral ? value : replaceVariables(value, step.variables));

  switch (instruction.keyword) {
    case "ARG": {
      const values = new Map(state.arguments);
      for (const pair of instruction.pairs) {
        const given = build.buildArguments.get(pair.name);
        const value = given ?? (pair.value === undefined ? build.globalArguments.get(pair.name) : valueOf(pair));
        if (value !== undefined) values.set(pair.name, value);
      }
      return step.next({ arguments: values });
    }
    case "ENV": {
      const environment = new Map(state.environment);
      for (const pair of instruction.pairs) environment.set(pair.name, valueOf(pair));
      const Env = [...environment].map(([name, value]) => `${name}=${value}`);
      return step.next({ environment, config: { ...state.config, Env } });
    }
    case "WORKDIR":
      return step.next({
        tree: withDirectories([imagePath(step.replaced, state.config.WorkingDir)], step),
        config: { ...state.config, WorkingDir: `/${imagePath(step.replaced, state.config.WorkingDir)}` },
      });
    case "VOLUME":
      return step.next({ tree: withDirectories(instruction.execForm ?? step.replaced.split(/\s+/), step) });
    case "COPY":
    case "ADD":
      return copy(step);
    case "RUN":
      return run(step);
    case "CMD":
      return { ...configured({ Cmd: shellOrExecForm(step) }), hasOwnCommand: true };
    case "ENTRYPOINT":
      // An ENTRYPOINT forgets the CMD of the image that the stage builds on, as for Docker.
      return configured({
        Entrypoint: shellOrExecForm(step),
        Cmd: state.hasOwnCommand ? state.config.Cmd : undefined,
      });
    case "EXPOSE": {
      const ports = step.replaced.split(/\s+/).map((port) => [port.includes("/") ? port : `${port}/tcp`, {}] as const);
      return configured({ ExposedPorts: { ...state.config.ExposedPorts, ...Object.fromEntries(ports) } });
    }
    case "LABEL": {
      const labels = instruction.pairs.map((pair) => [pair.name, valueOf(pair)] as const);
      return configured({ Labels: { ...state.config.Labels, ...Object.fromEntries(labels) } });
    }
    case "SHELL":
      if (!instruction.execForm?.length) throw step.error('SHELL takes a list: SHELL ["/bin/bash", "-c"]');
      return step.next({ shell: instruction.execForm });
    case "USER":
      build.notes.ownersAreNotKept();
      return configured({ User: step.replaced });
    case "STOPSIGNAL":
      return configured({ StopSignal: step.replaced });
    case "HEALTHCHECK":
      if (step.replaced.toUpperCase() !== "NONE")
        build.output(" ---> ECS ignores HEALTHCHECK. Set container.healthCheck.");
      return step.next({});
    default:
      // ONBUILD is for images that build on this one; MAINTAINER is a remark.
      return step.next({});
  }
}

function shellOrExecForm({ instruction, state }: Step): readonly string[] {
  return instruction.execForm ?? [...state.shell, instruction.argument];
}

/** The files with these folders, which may lie behind links. */
function withDirectories(paths: readonly string[], step: Step): Tree {
  const { tree } = step.state;
  const index = new TreeIndex(tree);
  const added = paths.map((path) => step.attempt(() => index.resolve(`/${path}`))).filter((path) => path !== "");
  return step.attempt(() =>
    overlay(
      tree,
      added.map((path) => ({ path, type: "directory", mode: 0o755 })),
    ),
  );
}
