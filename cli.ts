/**
 * The command line. Results go to stdout, progress and advice to stderr; exit codes are 0, 1 (failed) and 2 (usage).
 * What opens a data folder is loaded when it is needed: a command that only asks a server starts in a third of the time.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { addAlertCommands } from './commands/alerts.ts';
import { addBackupCommands } from './commands/backups.ts';
import { addChannelCommands } from './commands/channels.ts';
import { addConfigCommands } from './commands/config.ts';
import { addConfigureCommands } from './commands/configure.ts';
import { addDatasetCommands } from './commands/dataset.ts';
import { addEventCommands } from './commands/events.ts';
import { addExportCommands } from './commands/export.ts';
import { helpOfAll } from './commands/help.ts';
import { addHitRuleCommands } from './commands/hit-rules.ts';
import { addImportCommand } from './commands/import.ts';
import { addJobCommands } from './commands/jobs.ts';
import { addQueryCommand } from './commands/query.ts';
import { inOptions, refuseEmpty } from './commands/refusals.ts';
import { addReportCommand } from './commands/report.ts';
import { sayError, surviveClosed } from './commands/say-error.ts';
import { addSearchCommands } from './commands/search.ts';
import { addSetAsideCommands } from './commands/set-aside.ts';
import { addSharedLinkCommands } from './commands/shared-links.ts';
import { addSourceCommands } from './commands/sources.ts';
import { addSubscriptionCommands } from './commands/subscriptions.ts';
import { addUpkeepCommands, type CommandDesk } from './commands/upkeep.ts';
import { addAuditCommands, addKeyCommands, addUserCommands } from './commands/users.ts';
import { addVisitorCommands } from './commands/visitors.ts';
import { systemClock } from './core/clock.ts';
import { type Config, readConfig, unknownSettings } from './core/config.ts';
import { Problem } from './core/contract/problem.ts';
import { type ApiClient, connectApi } from './core/http/api-client.ts';
import { createLog } from './core/log.ts';
import { readCommandToken } from './core/stores/command-token.ts';
import { findOwner } from './core/stores/data-folder.ts';
import { version } from './server/built.ts';
import { createProcessEnd } from './server/process-end.ts';

const exitFailed = 1;
const exitUsage = 2;
const demoFolder = './demo-data';

const out = (text: string) => process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
const note = (text: string) => process.stderr.write(`${text}\n`);
const outJson = (value: unknown) =>
  out(JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined));

const logTo = (format: 'json' | 'text') => createLog({ clock: systemClock, write: note, format });

const describeFirstLink =
  'There is no administrator yet: console and API answer on this machine only. This link makes the first one:';

interface CommonOptions {
  data?: string;
  json?: boolean;
}

function configOf(options: CommonOptions): Config {
  const config = readConfig(process.env);
  return options.data === undefined ? config : { ...config, dataFolder: options.data };
}

/** The commands that begin a data folder where there is none, or say that there is none. */
const beginners = ['serve', 'demo', 'doctor', 'dataset create', 'user create', 'config import'];

/** A slip in `--data` must not begin a new folder, in which then nothing is found. */
function refuseMissingFolder(action: Command): void {
  const names: string[] = [];
  for (let one: Command | null = action; one?.parent; one = one.parent) names.unshift(one.name());
  if (beginners.includes(names.join(' '))) return;
  const { dataFolder } = configOf(action.opts<CommonOptions>());
  if (existsSync(dataFolder)) return;
  throw new Problem(
    'data_unusable',
    `There is no data folder ${dataFolder}. Name it with --data or CANISTER_DATA, or begin a new one: canister dataset create SLUG`,
  );
}

/** Runs a command with the API of its data folder, and closes it whatever happens. */
async function withApi<T>(
  options: CommonOptions,
  work: (api: ApiClient) => Promise<T>,
): Promise<T> {
  const config = configOf(options);
  let fail = (_: Error) => {};
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // It is thrown where the work waits for it; once that is done, closing tells what is wrong.
  failure.catch(() => undefined);
  const api = await connectApi({
    owner: () => findOwner(config.dataFolder),
    token: () => readCommandToken(config.dataFolder),
    async openHere() {
      const { openCanister } = await import('./main.ts');
      const { app, close } = await openCanister(config, fail, logTo('text'));
      const request = async (path: string, init: RequestInit) =>
        await app.request(path, init, { inProcess: true });
      return { request, close };
    },
  });
  try {
    return await Promise.race([work(api), failure]);
  } finally {
    await api.close();
  }
}

async function serveUntilStopped(config: Config, firstPage: string): Promise<void> {
  const log = logTo(process.stderr.isTTY ? 'text' : 'json');
  const end = createProcessEnd(log, () => opening.then(({ close }) => close()));
  for (const name of unknownSettings(process.env))
    log(
      'warning',
      'setting_unknown',
      `${name} is no setting, and changes nothing: docs/settings.md`,
    );
  const { openCanister } = await import('./main.ts');
  const opening = openCanister(config, end.fatal, log);
  const canister = await opening;
  if (end.isUnderWay()) return;
  // Before anything answers: who sees that it runs may tell it to stop.
  process.on('SIGTERM', end.stop);
  process.on('SIGINT', end.stop);
  const port = await canister.listen(config.port, config.host).catch(async (error) => {
    await canister.close();
    throw error;
  });
  const firstLink = await canister.firstLink();
  if (end.isUnderWay()) return;
  log(
    'info',
    'started',
    [
      `Canister ${version} is running. Data: ${config.dataFolder}`,
      `  Console    http://localhost:${port}${firstPage}`,
      `  Collector  http://${config.host === '0.0.0.0' ? 'this-machine' : config.host}:${port}/hits`,
      '',
      ...(firstLink === undefined ? [] : [describeFirstLink, `  ${firstLink}`, '']),
      'Next: open the console. It shows the snippet for your pages. Or import a log: npm run -s canister -- import FILE --dataset SLUG',
      'Stop with Ctrl+C.',
    ].join('\n'),
    {
      version,
      port,
      console: `http://localhost:${port}${firstPage}`,
      ...(firstLink === undefined ? {} : { firstLink }),
    },
  );
}

/** A folder is filled aside and put in place when it is complete: a demo killed half way starts anew. */
async function prepareDemo(config: Config): Promise<void> {
  if (existsSync(config.dataFolder)) return;
  const aside = `${config.dataFolder}.filling`;
  rmSync(aside, { recursive: true, force: true });
  const { fillWithDemo } = await import('./commands/demo.ts');
  note('Sending two generated weeks of traffic through the collector …');
  let shown = -1;
  await fillWithDemo(aside, systemClock(), (share) => {
    const percent = Math.floor(share * 20) * 5;
    if (percent > shown) note(`  ${percent} %`);
    shown = Math.max(shown, percent);
  });
  renameSync(aside, config.dataFolder);
}

/** @param begins is told which command runs */
export function createProgram(begins: (action: Command) => void): Command {
  const program = new Command('canister')
    .description('Self-hosted web analytics that keeps the whole session.')
    .version(version)
    .option('--help-all', 'print the help of all commands')
    .exitOverride()
    .showHelpAfterError('(with --help it says what it takes)');
  const command = (parent: Command, usage: string, description: string) =>
    parent
      .command(usage)
      .description(description)
      .option('--data <dir>', 'data folder (else CANISTER_DATA, else ./data)')
      .option('--json', 'print the result as JSON');

  command(program, 'serve', 'run collector, core, reports and console')
    .option('--accept-loss', 'go on without hits that are lost, and end the alarm about them')
    .action(async (options: CommonOptions & { acceptLoss?: boolean }) => {
      const acceptLoss = options.acceptLoss === true;
      await serveUntilStopped({ ...configOf(options), acceptLoss }, '/');
    });

  command(program, 'demo', `serve two generated weeks of traffic from ${demoFolder}`).action(
    async (options: CommonOptions) => {
      const config = { ...configOf({ data: demoFolder, ...options }) };
      await prepareDemo(config);
      const { demoSlug } = await import('./commands/demo.ts');
      await serveUntilStopped(config, `/${demoSlug}/reports/overview`);
    },
  );

  command(program, 'doctor', 'say how the data folder is and what to do; changes nothing').action(
    async (options: CommonOptions) => {
      const { describeDiagnosis, examine } = await import('./commands/doctor.ts');
      const diagnosis = await examine(configOf(options));
      if (options.json) outJson(diagnosis);
      else out(describeDiagnosis(diagnosis));
      if (!diagnosis.well) process.exitCode = exitFailed;
    },
  );
  const desk: CommandDesk<CommonOptions> & { note: typeof note } = {
    command: (usage, description) => command(program, usage, description),
    group(name, description) {
      const parent = program.command(name).description(description);
      return (usage, what) => command(parent, usage, what);
    },
    withApi,
    out,
    outJson,
    note,
  };
  program.hook('preAction', (_, action) => {
    begins(action);
    refuseEmpty(action);
    refuseMissingFolder(action);
  });
  addDatasetCommands(desk);
  addQueryCommand(desk);
  addReportCommand(desk);
  addSharedLinkCommands(desk);
  addJobCommands(desk);
  addConfigureCommands(desk);
  addConfigCommands(desk);
  addImportCommand(desk, note);
  addHitRuleCommands(desk);
  addSourceCommands(desk);
  addSearchCommands(desk);
  addUpkeepCommands(desk);
  addBackupCommands(desk, note);
  addSetAsideCommands(desk);
  addVisitorCommands(desk);
  addAlertCommands(desk);
  addChannelCommands(desk);
  addSubscriptionCommands(desk);
  addUserCommands(desk);
  addKeyCommands(desk);
  addAuditCommands(desk);
  addEventCommands(desk);
  addExportCommands(desk);

  program.on('option:help-all', () => {
    out(helpOfAll(program));
    throw new CommanderError(0, 'canister.helpAll', 'the help of all commands');
  });
  return program;
}

/** Runs the program and turns what went wrong into a sentence and an exit code. */
async function run(): Promise<void> {
  let action: Command | undefined;
  try {
    const program = createProgram((begun) => {
      action = begun;
    });
    await program.parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Those of a command's own options were said already; one that an action throws was not.
      if (error instanceof InvalidArgumentError) note(`canister: ${error.message}`);
      process.exitCode = error.exitCode === 0 ? 0 : exitUsage;
      return;
    }
    const refusal = inOptions(action, error);
    note(`canister: ${refusal ?? sayError(error)}`);
    process.exitCode = refusal === undefined ? exitFailed : exitUsage;
  }
}

surviveClosed(process.stdout, (why) => {
  note(`canister: ${why}`);
  process.exitCode = exitFailed;
});
// Where nobody can be told, work goes on.
surviveClosed(process.stderr, () => undefined);

await run();
