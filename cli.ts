/** The command line. Results go to stdout, progress and advice to stderr; exit codes are 0, 1 (failed) and 2 (usage). */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { addAlertCommands } from './commands/alerts.ts';
import { addChannelCommands } from './commands/channels.ts';
import { addConfigCommands } from './commands/config.ts';
import { addConfigureCommands } from './commands/configure.ts';
import { addDatasetCommands } from './commands/dataset.ts';
import { demoSlug, fillWithDemo } from './commands/demo.ts';
import { addEventCommands } from './commands/events.ts';
import { addExportCommands } from './commands/export.ts';
import { helpOfAll } from './commands/help.ts';
import { addHitRuleCommands } from './commands/hit-rules.ts';
import { addImportCommand } from './commands/import.ts';
import { addJobCommands } from './commands/jobs.ts';
import { addQueryCommand } from './commands/query.ts';
import { addReportCommand } from './commands/report.ts';
import { addSearchCommands } from './commands/search.ts';
import { addSetAsideCommands } from './commands/set-aside.ts';
import { addSharedLinkCommands } from './commands/shared-links.ts';
import { addSourceCommands } from './commands/sources.ts';
import { addSubscriptionCommands } from './commands/subscriptions.ts';
import { addUpkeepCommands, type CommandDesk } from './commands/upkeep.ts';
import { addAuditCommands, addKeyCommands, addUserCommands } from './commands/users.ts';
import { addVisitorCommands } from './commands/visitors.ts';
import { systemClock } from './core/clock.ts';
import { type Config, readConfig } from './core/config.ts';
import { Problem } from './core/contract/problem.ts';
import { attention, type Diagnosis, describeDiagnosis, diagnose } from './core/doctor.ts';
import { type ApiClient, connectApi } from './core/http/api-client.ts';
import { examineServer } from './core/http/examine-server.ts';
import { createLog } from './core/log.ts';
import { readCommandToken } from './core/stores/command-token.ts';
import { findOwner } from './core/stores/data-folder.ts';
import { examineDatabases } from './core/stores/examine-databases.ts';
import { examineFiles } from './core/stores/examine-folder.ts';
import { openCanister, version } from './main.ts';

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

/** Runs a command with the API of its data folder, and closes it whatever happens. */
async function withApi<T>(
  options: CommonOptions,
  work: (api: ApiClient) => Promise<T>,
): Promise<T> {
  const config = configOf(options);
  const api = await connectApi({
    owner: () => findOwner(config.dataFolder),
    token: () => readCommandToken(config.dataFolder),
    async openHere() {
      const failed = (error: Error) => {
        throw error;
      };
      const { app, close } = await openCanister(config, failed, logTo('text'));
      const request = async (path: string, init: RequestInit) =>
        await app.request(path, init, { inProcess: true });
      return { request, close };
    },
  });
  try {
    return await work(api);
  } finally {
    await api.close();
  }
}

async function serveUntilStopped(config: Config, firstPage: string): Promise<void> {
  const log = logTo(process.stderr.isTTY ? 'text' : 'json');
  const fatal = (why: Error) => {
    log(
      'error',
      'part_failed',
      `Canister stops, because a part of it failed: ${why.message}\nWhat was acknowledged is stored. Start it again.`,
    );
    process.exit(70);
  };
  const canister = await openCanister(config, fatal, log);
  // Before anything answers: who sees that it runs may tell it to stop.
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    log('info', 'stopping', 'Stopping: storing what has ended …');
    canister.close().then(
      () => {
        log('info', 'stopped', 'Stopped.');
        process.exit(0);
      },
      (error: Error) => fatal(error),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const port = await canister.listen(config.port, config.host).catch(async (error) => {
    await canister.close();
    throw error;
  });
  const firstLink = await canister.firstLink();
  if (stopping) return;
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
  note('Sending a generated week of traffic through the collector …');
  let shown = -1;
  await fillWithDemo(aside, systemClock(), (share) => {
    const percent = Math.floor(share * 20) * 5;
    if (percent > shown) note(`  ${percent} %`);
    shown = Math.max(shown, percent);
  });
  renameSync(aside, config.dataFolder);
}

export function createProgram(): Command {
  const program = new Command('canister')
    .description('Self-hosted web analytics that keeps the whole session.')
    .version(version)
    .option('--help-all', 'print the help of all commands')
    .exitOverride()
    .showHelpAfterError();
  const command = (parent: Command, usage: string, description: string) =>
    parent
      .command(usage)
      .description(description)
      .option('--data <dir>', 'data folder (else CANISTER_DATA, else ./data)')
      .option('--json', 'print the result as JSON');

  command(program, 'serve', 'run collector, core, reports and console')
    .option('--accept-loss', 'open datasets although backups of different ages lost hits')
    .action(async (options: CommonOptions & { acceptLoss?: boolean }) => {
      const acceptLoss = options.acceptLoss === true;
      await serveUntilStopped({ ...configOf(options), acceptLoss }, '/');
    });

  command(program, 'demo', `serve a generated week of traffic from ${demoFolder}`).action(
    async (options: CommonOptions) => {
      const config = { ...configOf({ data: demoFolder, ...options }) };
      await prepareDemo(config);
      await serveUntilStopped(config, `/${demoSlug}/reports/overview`);
    },
  );

  command(program, 'doctor', 'say how the data folder is and what to do; changes nothing').action(
    async (options: CommonOptions) => {
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

/** Looks at the files, and at the databases: through their owner where there is one. */
async function examine({ dataFolder, diskFreeBytesMin }: Config): Promise<Diagnosis> {
  if (!existsSync(dataFolder)) {
    return diagnose([
      attention(
        'folder',
        `There is no folder ${dataFolder}.`,
        'Name it with --data, or start a server.',
      ),
    ]);
  }
  const owner = findOwner(dataFolder);
  const inside =
    owner === undefined
      ? await examineDatabases(dataFolder)
      : await examineServer(owner.port, readCommandToken(dataFolder));
  return diagnose([...(await examineFiles(dataFolder, diskFreeBytesMin)), ...inside]);
}

/** Runs the program and turns what went wrong into a sentence and an exit code. */
async function run(): Promise<void> {
  try {
    await createProgram().parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Those of a command's own options were said already; one that an action throws was not.
      if (error instanceof InvalidArgumentError) note(`canister: ${error.message}`);
      process.exitCode = error.exitCode === 0 ? 0 : exitUsage;
      return;
    }
    note(
      error instanceof Problem
        ? `canister: ${error.message}`
        : `canister: ${(error as Error).stack}`,
    );
    process.exitCode = exitFailed;
  }
}

await run();
