/** Runs a command of package.json: what it returns is the process's exit status; what it throws is told, and the status is 2. */
export function runCommand(main: () => Promise<number>): void {
  // So that what throws at once, as wrong options do, is told like what rejects.
  void Promise.resolve()
    .then(main)
    .then(
      (status) => process.exit(status),
      (error: Error) => {
        process.stderr.write(`${error.message}\n`);
        process.exit(2);
      },
    );
}
