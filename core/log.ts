/**
 * What the server tells of itself: one line of JSON an event, or plain sentences where a person watches. Events name
 * datasets and figures, never a URL, an address, a user agent or a visitor.
 */
import { pino } from 'pino';
import type { Clock } from './clock.ts';

export type LogLevel = 'info' | 'warning' | 'error';
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/**
 * @param code names the event, for machines: lower case with underscores
 * @param text says it, for people; of several lines the first goes into the JSON
 */
export type Log = (level: LogLevel, code: string, text: string, fields?: LogFields) => void;

const textLengthMax = 2_000;

/** @param write takes one line, without its end */
export function createLog(options: {
  clock: Clock;
  write: (line: string) => void;
  format: 'json' | 'text';
}): Log {
  const { clock, write, format } = options;
  const json = pino(
    {
      base: null,
      messageKey: 'message',
      customLevels: { warning: pino.levels.values.warn ?? 0 },
      formatters: { level: (level) => ({ level }) },
      timestamp: () => `,"time":"${new Date(clock()).toISOString()}"`,
    },
    { write: (line: string) => write(escapeControls(line.trimEnd())) },
  );
  return (level, code, text, fields = {}) => {
    if (format === 'text') {
      write(text.split('\n').map(escapeControls).join('\n'));
      return;
    }
    const [message = ''] = text.split('\n', 1);
    json[level]({ code, ...fields }, message.slice(0, textLengthMax));
  };
}

/** What an unexpected error may say in a log. The parser of JSON quotes its input, which is a stranger's: not that. */
export function describeError(error: unknown): { error: string; at: string } {
  if (!(error instanceof Error)) return { error: 'something that is no Error was thrown', at: '' };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const said = error instanceof SyntaxError ? error.name : `${error.name}: ${error.message}`;
  return {
    error: said.slice(0, textLengthMax),
    at: frames
      .slice(0, 8)
      .map((line) => line.trim())
      .join(' '),
  };
}

/** Control characters, line separators and changes of writing direction, as `\u…`. */
function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
