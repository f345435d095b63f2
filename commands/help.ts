/** The help of all commands at once: what `--help` of each prints, under its name. */
import type { Command } from 'commander';

/** Leaf commands in their order, those of groups by their whole name, such as `dataset create`. */
export function helpOfAll(program: Command, parents: readonly string[] = []): string {
  return program.commands
    .filter((command) => command.name() !== 'help')
    .map((command) => {
      const names = [...parents, command.name()];
      if (command.commands.length > 0) return helpOfAll(command, names);
      return `## ${names.join(' ')}\n\n${command.helpInformation()}`;
    })
    .join('\n');
}
